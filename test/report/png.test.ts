import { Resvg } from '@resvg/resvg-js';
import { expect, it } from 'vitest';

import { indexedPng, rgbaPng } from '../../lib/report/png.js';

const [width, height] = [37, 23];

/** As another program reads it. */
function pixelsOf(png: Buffer): Buffer {
  const href = `data:image/png;base64,${png.toString('base64')}`;
  const image = `<image width="${width}" height="${height}" href="${href}" style="image-rendering:optimizeSpeed"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${image}</svg>`;
  return new Resvg(svg).render().pixels;
}

it('keeps every pixel of a picture', () => {
  const pixels = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * i + 7 * i) % 256));
  expect([...pixelsOf(rgbaPng(pixels, width))]).toEqual([...pixels]);
});

it('keeps every pixel of numbers of colours', () => {
  const palette = Array.from({ length: 256 }, (_, i) => [i, 255 - i, (3 * i) % 256]);
  const numbers = Uint8Array.from({ length: width * height }, (_, i) => (i * i + 3 * i) % 256);
  const expected = [...numbers].flatMap((number) => [...palette[number]!, 255]);
  expect([...pixelsOf(indexedPng(numbers, width, palette))]).toEqual(expected);
});
