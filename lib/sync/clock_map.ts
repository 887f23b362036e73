import { changeTimes, type DigitalSignal } from './digital_signal.js';

/** How the clock of the behaviour runs beside the probe's: `behaviour s = offsetS + scale · probe s`. */
export interface ClockMap {
  offsetS: number;
  scale: number;
  /** (scale − 1) · 10⁶ */
  driftPpm: number;
  /** Changes that both signals have */
  edges: number;
  /** Share of the probe's changes within the time of both, 0 to 1 */
  matched: number;
  /** How far the changes are from the line, µs */
  residualUs: { rms: number; max: number };
  /** (edges) of each: on the probe's clock, s, and how much later it is on the behaviour's, s */
  probeS: Float64Array;
  laterS: Float64Array;
}

/** Changes further apart than this are not the same, s */
const tolerance = 0.01;
/** How much of what is found at a change is believed of the next */
const believed = 0.2;
const leastEdges = 4;

/**
 * Follows the changes of both signals through the session from the lag on, and fits a line to those that match. Each change of the
 * probe is matched with the nearest of the same direction. Undefined: fewer than 4 match.
 */
export function fitClock(behaviour: DigitalSignal, probe: DigitalSignal, lagMs: number): ClockMap | undefined {
  const [p, b] = [changeTimes(probe), changeTimes(behaviour)];
  const lastS = behaviour.samples / behaviour.rateHz;
  const probeS: number[] = [];
  const laterS: number[] = [];
  let later = lagMs / 1000;
  let [common, next] = [0, 0];
  for (let i = 0; i < p.timesS.length; i++) {
    const expected = p.timesS[i]! + later;
    if (expected < 0 || expected > lastS) continue;
    common++;
    // The first change of the right direction that is not too early
    while (next < b.timesS.length && b.timesS[next]! < expected - tolerance) next++;
    let best: number | undefined;
    for (let j = next; j < b.timesS.length && b.timesS[j]! <= expected + tolerance; j++) {
      if (b.rises[j] !== p.rises[i]) continue;
      if (best === undefined || Math.abs(b.timesS[j]! - expected) < Math.abs(b.timesS[best]! - expected)) best = j;
    }
    if (best === undefined) continue;
    const found = b.timesS[best]! - p.timesS[i]!;
    probeS.push(p.timesS[i]!);
    laterS.push(found);
    later += believed * (found - later);
  }
  if (probeS.length < leastEdges) return undefined;
  return { ...fitLine(probeS, laterS), edges: probeS.length, matched: probeS.length / common };
}

/** Least squares of `later` on `probe`. */
function fitLine(probe: readonly number[], later: readonly number[]) {
  const n = probe.length;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / n;
  const [x, y] = [mean(probe), mean(later)];
  let [xx, xy] = [0, 0];
  for (let i = 0; i < n; i++) {
    xx += (probe[i]! - x) ** 2;
    xy += (probe[i]! - x) * (later[i]! - y);
  }
  const slope = xx === 0 ? 0 : xy / xx;
  const offsetS = y - slope * x;
  const residuals = later.map((value, i) => 1e6 * (value - offsetS - slope * probe[i]!));
  return {
    offsetS,
    scale: 1 + slope,
    driftPpm: 1e6 * slope,
    residualUs: {
      rms: Math.sqrt(mean(residuals.map((value) => value ** 2))),
      max: residuals.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    },
    probeS: Float64Array.from(probe),
    laterS: Float64Array.from(later),
  };
}
