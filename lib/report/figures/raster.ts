import { indexedPng } from '../png.js';
import { onWhite } from './theme.js';

/** What is counted in a binned image: dots of one kind, and their colour. */
export interface Layer {
  x: Float32Array;
  y: Float32Array;
  color: string;
}

export interface Binned {
  /** PNG as a data URL; the top line has the largest y */
  url: string;
  x: [number, number];
  y: [number, number];
}

const shades = 60;

/**
 * Dots beyond number as an image of bins: each has the colour of the last layer that has a dot in it, the darker the more
 * dots there are (logarithmic).
 * @param bins Of each side
 * @param enlargement Pixels of a bin
 */
export function binnedImage(layers: readonly Layer[], bins: number, enlargement: number): Binned {
  const [x, y] = [rangeOf(layers.map((layer) => layer.x)), rangeOf(layers.map((layer) => layer.y))];
  const palette: number[][] = [[255, 255, 255]];
  const shadeOf = new Uint8Array(bins * bins);
  const [xLow, xSpan, yLow, ySpan] = [x[0], x[1] - x[0] || 1, y[0], y[1] - y[0] || 1];
  const binOf = (value: number, low: number, span: number) =>
    Math.min(bins - 1, Math.floor((bins * (value - low)) / span));
  for (const layer of layers) {
    const counts = new Uint32Array(bins * bins);
    for (let i = 0; i < layer.x.length; ++i) {
      counts[(bins - 1 - binOf(layer.y[i]!, yLow, ySpan)) * bins + binOf(layer.x[i]!, xLow, xSpan)]!++;
    }
    const most = counts.reduce((a, b) => Math.max(a, b), 1);
    const first = palette.length;
    for (let shade = 0; shade < shades; ++shade) palette.push(onWhite(layer.color, 0.3 + (0.7 * shade) / (shades - 1)));
    counts.forEach((count, bin) => {
      if (count === 0) return;
      const share = most === 1 ? 1 : Math.log(count) / Math.log(most);
      shadeOf[bin] = first + Math.round((shades - 1) * share);
    });
  }
  return { url: imageUrl(shadeOf, bins, enlargement, palette), x, y };
}

/** A square image as the URL of a PNG; each pixel is repeated `enlargement` times each way, so that nobody smooths it. */
export function imageUrl(
  pixels: Uint8Array,
  side: number,
  enlargement: number,
  palette: readonly (readonly number[])[],
): string {
  const image = enlargement === 1 ? pixels : enlarged(pixels, side, enlargement);
  return `data:image/png;base64,${indexedPng(image, side * enlargement, palette).toString('base64')}`;
}

function enlarged(pixels: Uint8Array, side: number, enlargement: number): Uint8Array {
  const large = side * enlargement;
  const image = new Uint8Array(large * large);
  for (let y = 0; y < side; ++y) {
    const line = y * enlargement * large;
    for (let x = 0; x < side; ++x) {
      image.fill(pixels[y * side + x]!, line + x * enlargement, line + (x + 1) * enlargement);
    }
    for (let copy = 1; copy < enlargement; ++copy) image.copyWithin(line + copy * large, line, line + large);
  }
  return image;
}

/** A layer that fills a square plot with an image. */
export function imageLayer(url: string, side: number) {
  return {
    data: { values: [{ url }] },
    mark: { type: 'image', width: side, height: side, align: 'left', baseline: 'top', aspect: false },
    encoding: { url: { field: 'url', type: 'nominal' }, x: { value: 0 }, y: { value: 0 } },
  } as const;
}

/** The smallest and the largest number of all lists. */
export function rangeOf(lists: readonly Float32Array[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (const value of list) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}
