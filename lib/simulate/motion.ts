import { Random } from './random.js';
import { stream } from './streams.js';
import type { SimulationParameters } from './table.js';

/** Where the tissue is in each session: a neuron whose depth is y is recorded at y + driftUm + 0.001·slope·y. */
export interface SessionMotion {
  /** (sessions) */
  driftUm: Float64Array;
  /** (sessions) */
  slopeUmPerMm: Float64Array;
}

/**
 * Drift as a random walk, shifted to mean 0 and scaled to the range asked for; slopes drawn for each session on its
 * own, the first 0 (as the tracker fixes it), scaled to the largest one asked for. Lists are taken as they are.
 */
export function sessionMotion({ seed, sessions, driftUm, depthDriftUmPerMm }: SimulationParameters): SessionMotion {
  const drift = Array.isArray(driftUm)
    ? Float64Array.from(driftUm)
    : randomWalk(new Random(seed, stream.motion), sessions);
  if (!Array.isArray(driftUm)) {
    const range = Math.max(...drift) - Math.min(...drift);
    const mean = drift.reduce((sum, value) => sum + value, 0) / sessions;
    for (let s = 0; s < sessions; s++) drift[s] = sessions === 1 ? 0 : ((drift[s]! - mean) * driftUm) / range;
  }
  if (Array.isArray(depthDriftUmPerMm)) {
    return { driftUm: drift, slopeUmPerMm: Float64Array.from(depthDriftUmPerMm) };
  }
  const random = new Random(seed, stream.slope);
  const slope = Float64Array.from({ length: sessions }, (_, s) => (s === 0 ? 0 : random.normal()));
  const scale = depthDriftUmPerMm === 0 || sessions === 1 ? 0 : depthDriftUmPerMm / Math.max(...slope.map(Math.abs));
  return { driftUm: drift, slopeUmPerMm: slope.map((value) => scale * value + 0) };
}

function randomWalk(random: Random, steps: number): Float64Array {
  const walk = new Float64Array(steps);
  for (let s = 1; s < steps; s++) walk[s] = walk[s - 1]! + random.normal();
  return walk;
}

/** How far the tissue at this depth has moved in a session (counted from 0), µm. */
export function displacementUm({ driftUm, slopeUmPerMm }: SessionMotion, session: number, depthUm: number): number {
  return driftUm[session]! + 0.001 * slopeUmPerMm[session]! * depthUm;
}
