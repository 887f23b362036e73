import { requireObject } from '../../arguments.js';
import { DantError, argumentError } from '../../errors.js';
import { precise } from './arguments.js';

type Values = Float32Array | Float64Array;

/** A histogram over two variables. */
export interface BinCounts {
  /** (y bins, x bins) */
  counts: Uint32Array;
  /** Lower edges of the bins */
  x: Float64Array;
  y: Float64Array;
}

export interface BinLimits {
  /** Where the first bin begins and the last value may be; default: the least and the largest x */
  x?: readonly [number, number] | undefined;
  y?: readonly [number, number] | undefined;
}

/**
 * Counts pairs of values in bins, as `bincount2D` of the International Brain Laboratory does: bin edges are first, first + bin, …
 * up to last + bin / 2, and a value v is in bin ⌊(v − first) / bin⌋. Bin 0: a bin for each value that occurs.
 * Single precision is kept where the values have it.
 * @throws DANT_INPUT for a value that is NaN or outside the limits, and without values if no limits are given.
 */
export function binCounts(x: Values, y: Values, xBin: number, yBin: number, limits: BinLimits = {}): BinCounts {
  [x, y] = [precise('x', x), precise('y', y)];
  requireObject('limits', limits);
  if (x.length !== y.length) throw new DantError('DANT_INPUT', `There are ${x.length} x but ${y.length} y.`);
  const across = binned('x', x, xBin, limits.x);
  const up = binned('y', y, yBin, limits.y);
  const bins = across.edges.length * up.edges.length;
  if (bins > mostBins) throw tooMany('x and y', bins);
  const counts = new Uint32Array(across.edges.length * up.edges.length);
  for (let i = 0; i < x.length; i++) counts[up.indices[i]! * across.edges.length + across.indices[i]!]!++;
  return { counts, x: across.edges, y: up.edges };
}

function binned(name: string, values: Values, bin: number, limits?: readonly [number, number]) {
  if (limits !== undefined && !isInterval(limits)) {
    throw argumentError(`limits.${name}`, 'two numbers', limits);
  }
  if (typeof bin !== 'number') throw argumentError(`${name}Bin`, 'the width of a bin', bin);
  if (!(bin >= 0)) throw new DantError('DANT_INPUT', `Expected a bin of ${name} of 0 or more but received ${bin}.`);
  const nan = values.findIndex((value) => Number.isNaN(value));
  if (nan >= 0) throw new DantError('DANT_INPUT', `Value ${nan} of ${name} is NaN. Leave such values out.`);
  if (bin === 0) {
    const edges = Float64Array.from(new Set(values)).sort();
    const place = new Map(Array.from(edges, (value, i) => [value, i]));
    return { edges, indices: Uint32Array.from(values, (value) => place.get(value)!) };
  }
  if (limits === undefined && values.length === 0) {
    throw new DantError('DANT_INPUT', `There are no values of ${name}, and no limits of it.`);
  }
  const [first, last] = limits ?? rangeOf(values);
  const round = values instanceof Float32Array ? Math.fround : (value: number) => value;
  const end = limits ? last + bin / 2 : round(last + bin / 2);
  const count = Math.max(0, Math.ceil((end - first) / bin));
  if (!(count <= mostBins)) throw tooMany(name, count);
  // As numpy's arange counts them and rounds the step.
  const step = first + bin - first;
  const edges = Float64Array.from({ length: count }, (_, i) => first + i * step);
  const indices = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const index = Math.floor(round(round(values[i]! - first) / bin));
    if (!(index >= 0 && index < edges.length)) {
      throw new DantError(
        'DANT_INPUT',
        `Value ${i} of ${name} is ${values[i]!}, outside the limits ${first} to ${last}. Leave it out or widen them.`,
      );
    }
    indices[i] = index;
  }
  return { edges, indices };
}

/** Counts of more take over 1 GB. */
const mostBins = 2 ** 28;

const tooMany = (name: string, bins: number) =>
  new DantError('DANT_INPUT', `Bins of ${name} would be ${bins}, more than ${mostBins}. Choose wider bins.`);

const isInterval = (limits: unknown) =>
  Array.isArray(limits) && limits.length === 2 && limits.every((limit) => Number.isFinite(limit));

function rangeOf(values: Values): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
