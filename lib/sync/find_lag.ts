import { correlate } from './correlate.js';

/** How two signals of two states, each at 1 kHz, lie to each other. */
export interface SyncLag {
  /** > 0: `a` (the behaviour) began so many ms earlier than `b` (the probe); < 0: `b` did */
  lagMs: number;
  /** Share of equal states in the window that was compared, % */
  matchPercent: number;
  /** Correlation of the two there, −1 to 1 */
  correlation: number;
  /** The lag with the next highest correlation, away from that; undefined: there is none */
  next: { lagMs: number; correlation: number } | undefined;
  /** Why the lag cannot be told; undefined: it can */
  undetermined: 'flat' | 'unrelated' | 'ambiguous' | undefined;
}

/** The most that is compared, ms */
const longestWindow = 300_000;
/** A correlation below this is none: chance makes nearly as much */
const leastCorrelation = 0.5;
/** Another lag whose correlation is not less by this could as well be the one. */
const leastAdvantage = 0.05;

/**
 * The lag at which the first `L` ms of one signal agree best with a part of the other that begins 0 … L − 1 ms later, L being half of
 * the shorter one, and five minutes at most; of equals the smallest. If it cannot be told, all of the longer recording is searched in
 * the same way: a run may begin long after the behaviour.
 * @param a States of the behaviour's sync, ms by ms
 * @param b The same of the probe
 */
export function findSyncLag(a: Uint8Array, b: Uint8Array): SyncLag {
  const window = Math.min(Math.floor(Math.min(a.length, b.length) / 2), longestWindow);
  if (!changes(a) || !changes(b)) return none('flat');
  const near = search(a, b, window, window);
  if (near.undetermined === undefined || near.undetermined === 'ambiguous') return near;
  const far = search(a, b, window, Infinity);
  return far.undetermined === undefined ? far : near;
}

const none = (undetermined: SyncLag['undetermined']): SyncLag => ({
  lagMs: 0,
  matchPercent: 0,
  correlation: 0,
  next: undefined,
  undetermined,
});

const changes = (states: Uint8Array) => states.some((state) => state !== states[0]);

function search(a: Uint8Array, b: Uint8Array, window: number, mostLags: number): SyncLag {
  const later = slide(a, b, window, Math.min(mostLags, a.length - window + 1));
  const earlier = slide(b, a, window, Math.min(mostLags, b.length - window + 1));
  const [bestLater, bestEarlier] = [largest(later.equal), largest(earlier.equal)];
  const isLater = later.equal[bestLater]! > earlier.equal[bestEarlier]!;
  const lagMs = isLater ? bestLater : -bestEarlier;
  const equal = isLater ? later.equal[bestLater]! : earlier.equal[bestEarlier]!;
  // All lags in a row, from the most negative one
  const correlations = Float64Array.from([...earlier.correlation.subarray(1)].reverse().concat([...later.correlation]));
  const zero = earlier.correlation.length - 1;
  const correlation = correlations[zero + lagMs]!;
  const other = nextPeak(correlations, zero + lagMs);
  const next = other === undefined ? undefined : { lagMs: other - zero, correlation: correlations[other]! };
  let undetermined: SyncLag['undetermined'];
  if (correlation < leastCorrelation) undetermined = 'unrelated';
  else if (next && next.correlation > correlation - leastAdvantage) undetermined = 'ambiguous';
  return { lagMs: lagMs === 0 ? 0 : lagMs, matchPercent: (100 * equal) / window, correlation, next, undetermined };
}

/** For each of the first lags: how many states of x from there on equal the first `window` of y; and their correlation. */
function slide(x: Uint8Array, y: Uint8Array, window: number, lags: number) {
  const ones = correlate(Float64Array.from(x), Float64Array.from(y.subarray(0, window)), lags).map(Math.round);
  const inY = y.subarray(0, window).reduce((sum, state) => sum + state, 0);
  let inX = x.subarray(0, window).reduce((sum, state) => sum + state, 0);
  const equal = new Float64Array(lags);
  const correlation = new Float64Array(lags);
  for (let i = 0; i < lags; i++) {
    equal[i] = window - inX - inY + 2 * ones[i]!;
    const spread = inX * (window - inX) * inY * (window - inY);
    correlation[i] = spread === 0 ? 0 : (window * ones[i]! - inX * inY) / Math.sqrt(spread);
    inX += (x[i + window] ?? 0) - x[i]!;
  }
  return { equal, correlation };
}

/** The first of the largest values. */
function largest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** The highest value outside of the peak at `at`, which ends where it has fallen to half of its height. */
function nextPeak(values: Float64Array, at: number): number | undefined {
  const half = values[at]! / 2;
  let [begin, end] = [at, at];
  while (begin >= 0 && values[begin]! > half) begin--;
  while (end < values.length && values[end]! > half) end++;
  let best: number | undefined;
  for (let i = 0; i < values.length; i++) {
    if ((i <= begin || i >= end) && (best === undefined || values[i]! > values[best]!)) best = i;
  }
  return best;
}
