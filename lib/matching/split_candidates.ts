import { crossCorrelogram } from '../features/correlograms.js';
import type { SpikeTrains } from '../recording/spike_trains.js';
import type { RunOptions } from '../native/run.js';

/** Lags at which a neuron does not fire again, and those that tell how often two units would by chance; ms. */
const refractoryMs = 1.5;
const windowMs = 30;
const binWidthMs = 0.5;
const awayMs = 15;
/** Share of the chance level that the refractory lags of one neuron may reach, for the sorter's mistakes. */
const leak = 0.1;
/** Evidence is cut here (natural log units): silence alone makes no neuron, coincidences alone unmake one. */
const evidenceRange = { least: -30, most: 6 };
/** Pairs that are less likely than this before their spikes are compared are not worth it (natural log odds). */
const worthALook = -8;

/**
 * Adds to the log odds of pairs of one session what their cross-correlogram says. Two units into which the sorter split a
 * neuron never fire within its refractory period; different neurons do, by chance. With `k` coincidences where chance
 * (lags of 15 to 30 ms) gives μ, Poisson likelihoods give ln odds of k·ln 0.1 + 0.9 μ, cut at −30 and 6.
 * @param pairs (P, 2) by index of the group; `logOdds` (P) is changed in place.
 * @param units Index in the data set of each unit of the group.
 */
export async function addRefractoryEvidence(
  pairs: Int32Array,
  logOdds: Float32Array,
  sessions: Int32Array,
  units: Int32Array,
  { timesMs, offsets }: SpikeTrains,
  options: RunOptions,
): Promise<void> {
  const train = (unit: number) => timesMs.subarray(offsets[units[unit]!], offsets[units[unit]! + 1]);
  for (let p = 0; p < logOdds.length; ++p) {
    const [i, j] = [pairs[2 * p]!, pairs[2 * p + 1]!];
    if (sessions[i] !== sessions[j] || logOdds[p]! < worthALook) continue;
    const counts = await crossCorrelogram(train(i), train(j), { windowMs, binWidthMs }, options);
    const middle = (counts.length - 1) / 2;
    const inLags = (from: number, to: number) => {
      const bins = counts.filter(
        (_, k) => Math.abs(k - middle) * binWidthMs >= from && Math.abs(k - middle) * binWidthMs <= to,
      );
      return { count: bins.reduce((sum, value) => sum + value, 0), bins: bins.length };
    };
    const close = inLags(0, refractoryMs);
    const away = inLags(awayMs, windowMs);
    const chance = (away.count / away.bins) * close.bins;
    const evidence = close.count * Math.log(leak) + (1 - leak) * chance;
    logOdds[p]! += Math.min(evidenceRange.most, Math.max(evidenceRange.least, evidence));
  }
}
