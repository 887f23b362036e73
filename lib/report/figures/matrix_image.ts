import type { ReportData } from '../report_data.js';
import type { MatchEvidence } from '../../results/stored_result.js';
import { toFloat64 } from '../../files/convert.js';
import type { RowBlock } from '../../files/npy_rows.js';
import { callNative } from '../../native/run.js';
import type { RowReader } from '../row_reader.js';
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

/** Mean distances over pixels of equal size. */
export function condenseDistances(data: ReportData, sums: Float64Array): Condensed {
  const { order, side, pixelOf } = pixelsOf(data);
  const levels = new Uint8Array(side * side);
  const range = new Float64Array(2);
  const partOf = comparedParts(data);
  callNative((native) => {
    native.shadePixels({ sums, partOf, pixelOf, side, shades: levelCount, shadeOf: levels, range });
  });
  // Similar pairs are rare: they are dark on a light ground.
  const palette = paletteOf((share) => (1 - share) ** 2);
  return { measure: 'distance', levels, palette, side, order, range: [range[0]!, range[1]!] };
}

/** Mean probabilities over pixels of equal size; pairs that are not near each other have the probability 0. */
export function condenseProbabilities(data: ReportData, { pairs, probabilities }: MatchEvidence): Condensed {
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
  // A loop: `from` with a function takes several times as long, and there are more than a million.
  const levels = new Uint8Array(means.length);
  for (let pixel = 0; pixel < means.length; ++pixel) {
    levels[pixel] = Math.round((levelCount - 1) * Math.min(1, means[pixel]!));
  }
  const palette = paletteOf((share) => share);
  return { measure: 'probability', levels, palette, side, order, range: [0, 1] };
}

function paletteOf(darkness: (share: number) => number): number[][] {
  return Array.from({ length: levelCount }, (_, i) => onWhite(colors.deep, darkness(i / (levelCount - 1))));
}

/** The image as a data URL, its pixels enlarged if they are few. */
export function matrixUrl({ levels, side, palette }: Condensed): string {
  return imageUrl(levels, side, Math.max(1, Math.floor(largestSide / side)), palette);
}

function orderByCluster({ clusters, locationsUm, unitCount }: ReportData): Int32Array {
  const rank = (unit: number) => (clusters[unit]! > 0 ? clusters[unit]! : Infinity);
  const depth = (unit: number) => locationsUm?.[3 * unit + 1] ?? unit;
  return Int32Array.from({ length: unitCount }, (_, unit) => unit).sort((a, b) => {
    const [rankA, rankB] = [rank(a), rank(b)];
    return rankA === rankB ? depth(a) - depth(b) : rankA - rankB;
  });
}
