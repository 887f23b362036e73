import { indexedPng } from '../png.js';
import type { MatchEvidence, ReportData } from '../report_data.js';
import type { RowBlock } from '../../files/npy_rows.js';
import type { RowReader } from '../large_arrays.js';
import { comparedParts } from '../similarities.js';
import { colors, onWhite } from './theme.js';

/** The distances or match probabilities of all units in leaf order, reduced to an image. */
export interface Condensed {
  measure: 'distance' | 'probability';
  /** (side, side) numbers of colours of the palette */
  levels: Uint8Array;
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
const levelCount = 64;

/**
 * Averages over pixels of equal size: distances row by row, or match probabilities, of which there is a list.
 */
export class MatrixCondenser implements RowReader {
  private readonly order: Int32Array;
  private readonly side: number;
  /** (N) row of pixels of each unit */
  private readonly pixelOf: Int32Array;
  private readonly partOf: Int32Array;
  private sums: Float64Array | undefined;

  constructor(private readonly data: ReportData) {
    const { unitCount: n } = data;
    this.order = data.leafOrder ?? orderByCluster(data);
    this.side = Math.min(n, largestSide);
    this.pixelOf = new Int32Array(n);
    this.order.forEach((unit, place) => {
      this.pixelOf[unit] = Math.floor((place * this.side) / n);
    });
    this.partOf = comparedParts(data);
  }

  /** Rows of distances. */
  add({ first, count, data }: RowBlock): void {
    const { pixelOf, partOf, side } = this;
    const sums = (this.sums ??= new Float64Array(side * side));
    const n = pixelOf.length;
    for (let unit = first; unit < first + count; ++unit) {
      const row = (unit - first) * n;
      const line = pixelOf[unit]! * side;
      const part = partOf[unit];
      for (let other = 0; other < n; ++other) {
        if (partOf[other] === part && other !== unit) sums[line + pixelOf[other]!]! += Number(data[row + other]!);
      }
    }
  }

  /** Undefined without the distance matrix, which the probabilistic method does not need. */
  result(): Condensed | undefined {
    if (this.data.matches) return this.probabilities(this.data.matches);
    return this.sums && this.distances(this.sums);
  }

  private distances(means: Float64Array): Condensed {
    const counts = this.comparedPairs();
    let [low, high] = [Infinity, -Infinity];
    for (let pixel = 0; pixel < means.length; ++pixel) {
      if (counts[pixel] === 0) continue;
      const mean = (means[pixel]! /= counts[pixel]!);
      if (mean < low) low = mean;
      if (mean > high) high = mean;
    }
    // What was not compared is as white as what is far apart.
    for (let pixel = 0; pixel < means.length; ++pixel) {
      if (counts[pixel] === 0 && pixel % (this.side + 1) !== 0) means[pixel] = Infinity;
    }
    const range: [number, number] = low <= high ? [low, mostBelow(means, counts, low, high)] : [0, 1];
    // Similar pairs are rare: they are dark on a light ground.
    return this.condensed('distance', means, range, (share) => (1 - share) ** 2);
  }

  /** Pairs that are not near each other have the probability 0. */
  private probabilities({ pairs, probabilities }: MatchEvidence): Condensed {
    const { side, pixelOf } = this;
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
    return this.condensed('probability', means, [0, 1], (share) => share);
  }

  /** (side, side) pairs of different units that were compared. */
  private comparedPairs(): Uint32Array {
    const { side, pixelOf, partOf } = this;
    const counts = new Uint32Array(side * side);
    for (const part of new Set(partOf)) {
      const unitsAt = new Uint32Array(side);
      pixelOf.forEach((pixel, unit) => {
        if (partOf[unit] === part) unitsAt[pixel]!++;
      });
      for (let a = 0; a < side; ++a) {
        for (let b = 0; unitsAt[a]! > 0 && b < side; ++b) counts[a * side + b]! += unitsAt[a]! * unitsAt[b]!;
        // The distance of a unit from itself says nothing.
        counts[a * (side + 1)]! -= unitsAt[a]!;
      }
    }
    return counts;
  }

  private condensed(
    measure: Condensed['measure'],
    values: Float64Array,
    range: [number, number],
    darkness: (share: number) => number,
  ): Condensed {
    const { side, order } = this;
    const span = range[1] - range[0] || 1;
    const levels = new Uint8Array(values.length);
    for (let pixel = 0; pixel < values.length; ++pixel) {
      levels[pixel] = Math.round((levelCount - 1) * Math.min(1, Math.max(0, (values[pixel]! - range[0]) / span)));
    }
    const palette = Array.from({ length: levelCount }, (_, i) => onWhite(colors.deep, darkness(i / (levelCount - 1))));
    return { measure, levels, side, order, range, palette };
  }
}

/** The image as a data URL, its pixels enlarged if they are few. */
export function imageUrl({ levels, side, palette }: Condensed): string {
  const scale = Math.max(1, Math.floor(largestSide / side));
  const image = indexedPng(enlarge(levels, side, scale), side * scale, palette);
  return `data:image/png;base64,${image.toString('base64')}`;
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
