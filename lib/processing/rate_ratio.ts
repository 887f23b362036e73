import { argumentError } from '../errors.js';

/** `up` outputs for every `down` inputs. A `down` that is no whole number goes with up = 1. */
export interface RateRatio {
  up: number;
  down: number;
}

/** Rates whose ratio is this near to that of small whole numbers have it. */
const sameRatio = 1e-9;
const mostUp = 1000;
const mostDown = 100_000;

/**
 * The ratio of two sampling rates, as small whole numbers where it is one (25000 Hz to 1000 Hz: 1 and 25), else exact (30000.28 Hz: 1 and
 * 30.00028). Throws DANT_ARGUMENT if a rate is none.
 */
export function rateRatio(fromHz: number, toHz: number): RateRatio {
  if (!(fromHz > 0 && Number.isFinite(fromHz))) throw argumentError('fromHz', 'a sampling rate above 0', fromHz);
  if (!(toHz > 0 && Number.isFinite(toHz))) throw argumentError('toHz', 'a sampling rate above 0', toHz);
  const exact = fromHz / toHz;
  if (exact > mostDown) throw argumentError('toHz', `at least a ${mostDown}th of ${fromHz} Hz`, toHz);
  for (let up = 1; up <= mostUp; up++) {
    const down = Math.round(exact * up);
    if (down >= 1 && down <= mostDown && Math.abs(down / up / exact - 1) <= sameRatio) return { up, down };
  }
  return { up: 1, down: exact };
}

/** Outputs that `rows` inputs give. */
export function outputCount({ up, down }: RateRatio, rows: number): number {
  return Math.ceil((rows * up) / down);
}

/** The inputs that output `m` is made of, one more on each side than can be: first, and the one behind the last. */
export function inputsOf({ up, down }: RateRatio, m: number): [begin: number, end: number] {
  const centre = (m * down) / up;
  const reach = 10 * Math.max(1, down / up);
  return [Math.floor(centre - reach) - 1, Math.ceil(centre + reach) + 2];
}
