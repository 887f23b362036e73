import { scheme } from 'vega';

import { indexedPng } from '../png.js';
import type { ReportData } from '../report_data.js';
import type { ResultFolder } from '../result_folder.js';

/** The distance matrix in leaf order, reduced to an image. */
export interface Condensed {
  /** PNG as a data URL */
  url: string;
  /** The units in the order of the rows */
  order: Int32Array;
  /** Distances at the ends of the colour scale */
  range: [number, number];
  /** Colours of the scale */
  colors: string[];
}

const largestSide = 1200;
const levels = 200;

/** Averages the distances over pixels of equal size; undefined without the matrix. */
export async function condenseDistances(results: ResultFolder, data: ReportData): Promise<Condensed | undefined> {
  const rows = await results.rows('DistanceMatrix');
  if (!rows) return undefined;
  const { unitCount: n } = data;
  const order = data.leafOrder ?? orderByCluster(data);
  const side = Math.min(n, largestSide);
  const pixelOf = new Int32Array(n);
  order.forEach((unit, place) => {
    pixelOf[unit] = Math.floor((place * side) / n);
  });
  const sums = new Float64Array(side * side);
  const counts = new Uint32Array(side * side);
  for await (const { first, count, data: block } of rows) {
    for (let i = 0; i < count; ++i) {
      const line = pixelOf[first + i]! * side;
      for (let j = 0; j < n; ++j) {
        if (j === first + i) continue;
        sums[line + pixelOf[j]!]! += Number(block[i * n + j]!);
        counts[line + pixelOf[j]!]!++;
      }
    }
  }
  const means = sums.map((sum, pixel) => (counts[pixel]! > 0 ? sum / counts[pixel]! : 0));
  const sorted = means.filter((_, pixel) => counts[pixel]! > 0).sort();
  const range: [number, number] = [sorted[0] ?? 0, sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 1];
  const span = range[1] - range[0] || 1;
  const pixels = new Uint8Array(means.length);
  means.forEach((mean, pixel) => {
    pixels[pixel] = Math.round((levels - 1) * Math.min(1, Math.max(0, (mean - range[0]) / span)));
  });
  // Similar pairs are rare: they are dark on a light ground.
  const colorAt = scheme('blues') as (share: number) => string;
  const colors = Array.from({ length: levels }, (_, level) => colorAt(1 - level / (levels - 1)));
  const scale = Math.max(1, Math.floor(largestSide / side));
  const image = indexedPng(enlarge(pixels, side, scale), side * scale, colors.map(parseRgb));
  return { url: `data:image/png;base64,${image.toString('base64')}`, order, range, colors };
}

/** Repeats each pixel, so that nobody smooths the few of a small matrix. */
function enlarge(pixels: Uint8Array, side: number, scale: number): Uint8Array {
  if (scale === 1) return pixels;
  const large = new Uint8Array(pixels.length * scale ** 2);
  for (let y = 0; y < side * scale; ++y) {
    for (let x = 0; x < side * scale; ++x) {
      large[y * side * scale + x] = pixels[Math.floor(y / scale) * side + Math.floor(x / scale)]!;
    }
  }
  return large;
}

const parseRgb = (color: string) => /(\d+), (\d+), (\d+)/.exec(color)!.slice(1).map(Number);

function orderByCluster({ clusters, locationsUm, unitCount }: ReportData): Int32Array {
  const rank = (unit: number) => (clusters[unit]! > 0 ? clusters[unit]! : Infinity);
  const depth = (unit: number) => locationsUm?.[3 * unit + 1] ?? unit;
  return Int32Array.from({ length: unitCount }, (_, unit) => unit).sort((a, b) => {
    const [rankA, rankB] = [rank(a), rank(b)];
    return rankA === rankB ? depth(a) - depth(b) : rankA - rankB;
  });
}
