import type { MatchEvidence, ReportData } from '../report_data.js';
import { toFloat64 } from '../../files/convert.js';
import type { RowBlock } from '../../files/npy_rows.js';
import { callNative } from '../../native/run.js';
import type { RowReader } from '../row_reader.js';
import type { FigureData } from './figure.js';
import { comparedParts } from '../similarities.js';
import { imageUrl } from './raster.js';
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

/** Sums of the distances in each pixel, read row by row. */
export class DistanceSums implements RowReader {
  /** (side, side); undefined: there are no distances */
  sums: Float64Array | undefined;
  private readonly pixels: Pixels;
  private readonly partOf: Int32Array;

  constructor(data: ReportData) {
    this.pixels = pixelsOf(data);
    this.partOf = comparedParts(data);
  }

  add({ first, data }: RowBlock): void {
    const { partOf } = this;
    const { pixelOf, side } = this.pixels;
    const rows = toFloat64('DistanceMatrix', data);
    const sums = (this.sums ??= new Float64Array(side * side));
    callNative((native) => {
      native.addToPixels({ rows, first, partOf, pixelOf, side, sums });
    });
  }
}

interface Pixels {
  order: Int32Array;
  side: number;
  /** (N) row of pixels of each unit */
  pixelOf: Int32Array;
}

function pixelsOf(data: ReportData): Pixels {
  const { unitCount: n } = data;
  const order = data.leafOrder ?? orderByCluster(data);
  const side = Math.min(n, largestSide);
  const pixelOf = new Int32Array(n);
  order.forEach((unit, place) => {
    pixelOf[unit] = Math.floor((place * side) / n);
  });
  return { order, side, pixelOf };
}

/** Means over pixels of equal size: of match probabilities, else of distances. Undefined without either. */
export function condenseMatrix({ data, distanceSums }: FigureData): Condensed | undefined {
  if (data.matches) return condenseProbabilities(data, data.matches);
  return distanceSums && condenseDistances(data, distanceSums);
}

function condenseDistances(data: ReportData, sums: Float64Array): Condensed {
  const { order, side, pixelOf } = pixelsOf(data);
  const counts = comparedPairs(side, pixelOf, comparedParts(data));
  const means = new Float64Array(sums.length);
  let [low, high] = [Infinity, -Infinity];
  for (let pixel = 0; pixel < means.length; ++pixel) {
    if (counts[pixel] === 0) continue;
    const mean = (means[pixel] = sums[pixel]! / counts[pixel]!);
    if (mean < low) low = mean;
    if (mean > high) high = mean;
  }
  // What was not compared is as white as what is far apart.
  for (let pixel = 0; pixel < means.length; ++pixel) {
    if (counts[pixel] === 0 && pixel % (side + 1) !== 0) means[pixel] = Infinity;
  }
  const range: [number, number] = low <= high ? [low, mostBelow(means, counts, low, high)] : [0, 1];
  // Similar pairs are rare: they are dark on a light ground.
  return { measure: 'distance', ...colored(means, range, (share) => (1 - share) ** 2), side, order, range };
}

/** (side, side) pairs of different units that were compared, in each pixel. */
function comparedPairs(side: number, pixelOf: Int32Array, partOf: Int32Array): Uint32Array {
  const counts = new Uint32Array(side * side);
  for (const part of new Set(partOf)) {
    const unitsAt = new Uint32Array(side);
    pixelOf.forEach((pixel, unit) => {
      if (partOf[unit] === part) unitsAt[pixel]!++;
    });
    for (let a = 0; a < side; ++a) {
      const own = unitsAt[a]!;
      if (own === 0) continue;
      for (let b = 0; b < side; ++b) counts[a * side + b]! += own * unitsAt[b]!;
      // The distance of a unit from itself says nothing.
      counts[a * (side + 1)]! -= own;
    }
  }
  return counts;
}

/** Pairs that are not near each other have the probability 0. */
function condenseProbabilities(data: ReportData, { pairs, probabilities }: MatchEvidence): Condensed {
  const { order, side, pixelOf } = pixelsOf(data);
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
  return { measure: 'probability', ...colored(means, range, (share) => share), side, order, range };
}

function colored(values: Float64Array, [low, high]: [number, number], darkness: (share: number) => number) {
  const span = high - low || 1;
  const levels = new Uint8Array(values.length);
  for (let pixel = 0; pixel < values.length; ++pixel) {
    const share = (values[pixel]! - low) / span;
    levels[pixel] = Math.round((levelCount - 1) * (share < 0 ? 0 : share > 1 ? 1 : share));
  }
  const palette = Array.from({ length: levelCount }, (_, i) => onWhite(colors.deep, darkness(i / (levelCount - 1))));
  return { levels, palette };
}

/** The image as a data URL, its pixels enlarged if they are few. */
export function matrixUrl({ levels, side, palette }: Condensed): string {
  return imageUrl(levels, side, Math.max(1, Math.floor(largestSide / side)), palette);
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

function orderByCluster({ clusters, locationsUm, unitCount }: ReportData): Int32Array {
  const rank = (unit: number) => (clusters[unit]! > 0 ? clusters[unit]! : Infinity);
  const depth = (unit: number) => locationsUm?.[3 * unit + 1] ?? unit;
  return Int32Array.from({ length: unitCount }, (_, unit) => unit).sort((a, b) => {
    const [rankA, rankB] = [rank(a), rank(b)];
    return rankA === rankB ? depth(a) - depth(b) : rankA - rankB;
  });
}
