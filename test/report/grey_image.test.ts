import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';

import { greyLayer } from '../../lib/report/figures/grey_image.js';

/** Shades of an indexed PNG, line by line. */
function shadesOf(url: string): number[][] {
  const png = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  const width = png.readUInt32BE(16);
  const at = png.indexOf('IDAT');
  const lines = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  const height = png.readUInt32BE(20);
  return Array.from({ length: height }, (_, y) => [...lines.subarray(y * (width + 1) + 1, (y + 1) * (width + 1))]);
}

const layer = (values: number[][], width: number, height: number, range: [number, number]) =>
  shadesOf(
    greyLayer(
      {
        valueAt: (row, column) => values[row]![column]!,
        rows: values.length,
        columns: values[0]!.length,
        range,
      },
      { x: 0, y: 0, width, height },
    ).data.values[0].url,
  );

it('repeats few values, the first row lowest, from white to black', () => {
  const shades = layer(
    [
      [0, 4],
      [1, 9],
    ],
    2,
    1,
    [0, 4],
  );
  expect(shades).toEqual([
    [16, 16, 63, 63],
    [0, 0, 63, 63],
  ]);
});

it('means many values of a pixel', () => {
  const values = Array.from({ length: 6 }, (_, row) =>
    Array.from({ length: 40 }, (__, column) => (row * 7 + column * 3) % 11),
  );
  const shades = layer(values, 4, 1, [0, 10]);
  for (let y = 0; y < 2; y++) {
    for (let x = 0; x < 8; x++) {
      const part = values.slice(3 * (1 - y), 3 * (2 - y)).flatMap((row) => row.slice(5 * x, 5 * (x + 1)));
      expect(shades[y]![x]).toBe(Math.round((63 * part.reduce((a, b) => a + b)) / part.length / 10));
    }
  }
});

it('is white where all values are the same', () => {
  expect(layer([[3, 3]], 1, 1, [3, 3]).flat()).toEqual([0, 0, 0, 0]);
});
