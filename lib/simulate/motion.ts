import type { Motion } from '../recording/motion.js';
import { Random } from '../random.js';
import { stream } from './streams.js';
import type { SimulationParameters } from './table.js';

/** The true motion of each session: a neuron at depth y is recorded at y + motionAt(session, y). */
export function sessionMotion(parameters: SimulationParameters): Motion {
  return { constantUm: driftOf(parameters), linear: slopesOf(parameters) };
}

/** The drifts given, or a random walk over the sessions with mean 0 and the range asked for. */
function driftOf({ seed, sessions, driftUm }: SimulationParameters): Float64Array {
  if (Array.isArray(driftUm)) return Float64Array.from(driftUm);
  const walk = new Float64Array(sessions);
  if (sessions === 1) return walk;
  const random = new Random(seed, stream.motion);
  for (let s = 1; s < sessions; s++) walk[s] = walk[s - 1]! + random.normal();
  const mean = walk.reduce((sum, value) => sum + value, 0) / sessions;
  const scale = driftUm / (Math.max(...walk) - Math.min(...walk));
  return walk.map((value) => scale * (value - mean));
}

/** The slopes given, or random ones of which the largest is as asked for; the first is 0, as the tracker takes it. */
function slopesOf({ seed, sessions, depthDriftUmPerMm }: SimulationParameters): Float64Array {
  if (Array.isArray(depthDriftUmPerMm)) return Float64Array.from(depthDriftUmPerMm);
  const slopes = new Float64Array(sessions);
  if (sessions === 1 || depthDriftUmPerMm === 0) return slopes;
  const random = new Random(seed, stream.slope);
  for (let s = 1; s < sessions; s++) slopes[s] = random.normal();
  const scale = depthDriftUmPerMm / Math.max(...slopes.map(Math.abs));
  return slopes.map((value) => scale * value);
}
