import { indexedPng } from '../png.js';
import type { MatchEvidence, ReportData } from '../report_data.js';
import type { ResultFolder } from '../result_folder.js';
import { comparison } from '../similarities.js';
import { colors, onWhite } from './theme.js';

/** The distances or match probabilities of all units in leaf order, reduced to an image. */
export interface Condensed {
  measure: 'distance' | 'probability';
  /** PNG as a data URL */
  url: string;
  /** Pixels that the matrix was reduced to, each way; fewer than units: each is a mean */
  side: number;
  /** The units in the order of the rows */
  order: Int32Array;
  /** Values at the ends of the colour scale */
  range: [number, number];
  /** Colours of the scale, [red, green, blue] */
  palette: number[][];
}

/** Pixels: two for each unit of the drawing, as in the PNG */
const largestSide = 1240;
const levels = 64;

/** Averages over pixels of equal size; undefined without the distance matrix, which the probabilistic method does not need. */
export async function condenseMatrix(results: ResultFolder, data: ReportData): Promise<Condensed | undefined> {
  if (data.matches) return condenseProbabilities(data, data.matches);
  const rows = await results.rows('DistanceMatrix');
  if (!rows) return undefined;
  const { unitCount: n } = data;
  const { order, side, pixelOf } = pixels(data);
  const areCompared = comparison(data);
  const means = new Float64Array(side * side);
  const counts = new Uint32Array(side * side);
  for await (const { first, count, data: block } of rows) {
    for (let i = 0; i < count; ++i) {
      const line = pixelOf[first + i]! * side;
      for (let j = 0; j < n; ++j) {
        if (!areCompared(first + i, j)) continue;
        const pixel = line + pixelOf[j]!;
        means[pixel]! += Number(block[i * n + j]!);
        counts[pixel]!++;
      }
      // The distance of a unit from itself says nothing.
      const own = line + pixelOf[first + i]!;
      means[own]! -= Number(block[i * n + first + i]!);
      counts[own]!--;
    }
  }
  let [low, high] = [Infinity, -Infinity];
  for (let pixel = 0; pixel < means.length; ++pixel) {
    if (counts[pixel] === 0) continue;
    const mean = (means[pixel]! /= counts[pixel]!);
    if (mean < low) low = mean;
    if (mean > high) high = mean;
  }
  // What was not compared is as white as what is far apart.
  for (let pixel = 0; pixel < means.length; ++pixel) {
    if (counts[pixel] === 0 && pixel % (side + 1) !== 0) means[pixel] = Infinity;
  }
  const range: [number, number] = low <= high ? [low, mostBelow(means, counts, low, high)] : [0, 1];
  // Similar pairs are rare: they are dark on a light ground.
  return { measure: 'distance', ...drawn(means, side, range, (share) => (1 - share) ** 2), side, order, range };
}

/** Pairs that are not near each other have the probability 0. */
function condenseProbabilities(data: ReportData, { pairs, probabilities }: MatchEvidence): Condensed {
  const { order, side, pixelOf } = pixels(data);
  const means = new Float64Array(side * side);
  const unitsAt = new Uint32Array(side);
  for (const pixel of pixelOf) unitsAt[pixel]!++;
  const add = (a: number, b: number, probability: number) => {
    means[a * side + b]! += probability / (unitsAt[a]! * (unitsAt[b]! - Number(a === b && unitsAt[b]! > 1)));
  };
  probabilities.forEach((probability, p) => {
    const [a, b] = [pixelOf[pairs[2 * p]!], pixelOf[pairs[2 * p + 1]!]];
    if (a === undefined || b === undefined) return;
    add(a, b, probability);
    add(b, a, probability);
  });
  const range: [number, number] = [0, 1];
  return { measure: 'probability', ...drawn(means, side, range, (share) => share), side, order, range };
}

/** The order of the units, and the row of pixels of each. */
function pixels(data: ReportData): { order: Int32Array; side: number; pixelOf: Int32Array } {
  const { unitCount: n } = data;
  const order = data.leafOrder ?? orderByCluster(data);
  const side = Math.min(n, largestSide);
  const pixelOf = new Int32Array(n);
  order.forEach((unit, place) => {
    pixelOf[unit] = Math.floor((place * side) / n);
  });
  return { order, side, pixelOf };
}

function drawn(values: Float64Array, side: number, [low, high]: [number, number], darkness: (share: number) => number) {
  const span = high - low || 1;
  const levelOf = new Uint8Array(values.length);
  for (let pixel = 0; pixel < values.length; ++pixel) {
    levelOf[pixel] = Math.round((levels - 1) * Math.min(1, Math.max(0, (values[pixel]! - low) / span)));
  }
  const palette = Array.from({ length: levels }, (_, level) => onWhite(colors.deep, darkness(level / (levels - 1))));
  const scale = Math.max(1, Math.floor(largestSide / side));
  const image = indexedPng(enlarge(levelOf, side, scale), side * scale, palette);
  return { url: `data:image/png;base64,${image.toString('base64')}`, palette };
}

/** What 98 % of the values are not above, to a thousandth of their range. */
function mostBelow(values: Float64Array, counts: Uint32Array, low: number, high: number): number {
  const bins = new Uint32Array(1001);
  let total = 0;
  for (let i = 0; i < values.length; ++i) {
    if (counts[i] === 0) continue;
    bins[Math.floor((1000 * (values[i]! - low)) / (high - low || 1))]!++;
    ++total;
  }
  let bin = 0;
  for (let below = bins[0]!; below < 0.98 * total; below += bins[++bin]!);
  return low + ((bin + 1) / 1001) * (high - low);
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

function orderByCluster({ clusters, locationsUm, unitCount }: ReportData): Int32Array {
  const rank = (unit: number) => (clusters[unit]! > 0 ? clusters[unit]! : Infinity);
  const depth = (unit: number) => locationsUm?.[3 * unit + 1] ?? unit;
  return Int32Array.from({ length: unitCount }, (_, unit) => unit).sort((a, b) => {
    const [rankA, rankB] = [rank(a), rank(b)];
    return rankA === rankB ? depth(a) - depth(b) : rankA - rankB;
  });
}
