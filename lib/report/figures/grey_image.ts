import { indexedPng } from '../png.js';

/** An image as the URL of a PNG, and the layer that fills a plot of this size with it. */
export interface GreyImage {
  /** (rows, columns); the first row is the lowest */
  valueAt: (row: number, column: number) => number;
  rows: number;
  columns: number;
  /** Values that are white and black */
  range: readonly [number, number];
}

const shades = 64;
/** Pixels of the PNG per unit of the drawing */
const pixelRatio = 2;

export const greys = Array.from({ length: shades }, (_, i) => {
  const level = Math.round(255 * (1 - i / (shades - 1)));
  return [level, level, level];
});

/**
 * Draws values as greys into a plot. A pixel of several values is their mean, so that what is rare stays visible.
 * @param place Where in the plot: left, top, width and height
 */
export function greyLayer(
  { valueAt, rows, columns, range }: GreyImage,
  place: { x: number; y: number; width: number; height: number },
) {
  const width = Math.max(1, Math.round(place.width * pixelRatio));
  const height = Math.max(1, Math.round(place.height * pixelRatio));
  const pixels = new Uint8Array(width * height);
  const [white, black] = range;
  const across = parts(columns, width);
  const up = parts(rows, height);
  const line = new Float64Array(columns);
  for (let y = 0, previous = -1; y < height; y++) {
    const at = (height - 1 - y) * 2;
    const [firstRow, lastRow] = [up[at]!, up[at + 1]!];
    if (firstRow * rows + lastRow !== previous) {
      previous = firstRow * rows + lastRow;
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let row = firstRow; row < lastRow; row++) sum += valueAt(row, column);
        line[column] = sum / (lastRow - firstRow);
      }
    }
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let column = across[2 * x]!; column < across[2 * x + 1]!; column++) sum += line[column]!;
      const share = (sum / (across[2 * x + 1]! - across[2 * x]!) - white) / (black - white || 1);
      pixels[y * width + x] = Math.round((shades - 1) * Math.min(1, Math.max(0, share)));
    }
  }
  const url = `data:image/png;base64,${indexedPng(pixels, width, greys).toString('base64')}`;
  return {
    data: { values: [{ url }] },
    mark: { type: 'image', width: place.width, height: place.height, align: 'left', baseline: 'top', aspect: false },
    encoding: { url: { field: 'url', type: 'nominal' }, x: { value: place.x }, y: { value: place.y } },
  } as const;
}

/** First and after-last of the `count` values that each of `pixels` shows, one at least. */
function parts(count: number, pixels: number): Uint32Array {
  const bounds = new Uint32Array(2 * pixels);
  for (let i = 0; i < pixels; i++) {
    bounds[2 * i] = Math.min(count - 1, Math.floor((i * count) / pixels));
    bounds[2 * i + 1] = Math.max(bounds[2 * i]! + 1, Math.floor(((i + 1) * count) / pixels));
  }
  return bounds;
}
