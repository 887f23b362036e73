import { addSpike } from './field.js';
import { neuronInSession, type Neuron } from './neuron.js';
import { faults, type PlannedUnit } from './plan.js';
import { Random } from '../random.js';
import type { Recording } from './recording.js';
import { addTrialNoise, neuronResponse } from './response.js';
import { mixTrains, partOfTrain, spikeTrain, withSpikes } from './spikes.js';
import { stream } from './streams.js';
import type { SimulationParameters } from './table.js';

/** One neuron's part in a unit. */
interface Share {
  index: number;
  neuron: Neuron;
  /** What its mean waveform contributes: of a mixture, its share of the spikes. */
  weight: number;
}

export interface Unit {
  /** ms, sorted. */
  spikeTimes: Float64Array;
  /** (pethBins), if there are any. */
  peth: Float64Array | undefined;
  /** True position of the neuron in this session: across the probe, depth, distance from its plane; µm. */
  locationUm: readonly [number, number, number];
}

/**
 * Makes one unit; its mean waveform is written to `waveform` (channels × samples, µV). Depends on nothing but the
 * recording and the unit, so units may be made in any order.
 */
export function makeUnit(recording: Recording, unit: PlannedUnit, waveform: Float32Array | Float64Array): Unit {
  const { parameters, probe } = recording;
  const { seed } = parameters;
  const { session, part } = unit;
  const { spikeTimes, shares, noise } = sortedSpikes(recording, unit);
  const { neuron: own } = shares[0]!;
  const random = new Random(seed, stream.noise, unit.neuron, session, part);
  const peth = parameters.peth ? unitResponse(random, parameters, shares, session) : undefined;
  waveform.fill(0);
  for (const { neuron, weight } of shares) addSpike(waveform, weight, neuron, probe, parameters);
  if (noise > 0) random.addNormal(waveform, noise);
  return { spikeTimes, peth, locationUm: [own.xUm, own.yUm, own.zUm] };
}

/** A neuron (its number) as it is in a session (from 0), and when it fires: ms, sorted. */
export function neuronAndTrain(
  { parameters, motion, neurons, evoked }: Recording,
  index: number,
  session: number,
): { neuron: Neuron; train: Float64Array } {
  const { seed, durationS, sampleRateHz } = parameters;
  const neuron = neuronInSession(parameters, motion, neurons[index]!, index, session);
  const random = new Random(seed, stream.train, index, session);
  const train = spikeTrain(random, neuron.firing, durationS, sampleRateHz);
  const more = evoked?.(index, session) ?? [];
  return { neuron, train: more.length > 0 ? withSpikes(train, more, neuron.firing.refractoryMs, sampleRateHz) : train };
}

/** The spikes of a unit, ms, sorted; the neurons that they are of, its own first; and the noise of its mean, µV. */
export function sortedSpikes(
  recording: Recording,
  unit: PlannedUnit,
): { spikeTimes: Float64Array; shares: Share[]; noise: number } {
  const { seed, noiseUv } = recording.parameters;
  const { session, part } = unit;
  const { neuron: own, train } = neuronAndTrain(recording, unit.neuron, session);
  const shares: Share[] = [{ index: unit.neuron, neuron: own, weight: 1 }];
  let spikeTimes = train;
  let noise = noiseUv;
  // Both parts of a split neuron draw the same numbers here.
  const sorter = new Random(seed, stream.sorter, unit.neuron, session);
  if (unit.fault === faults.split) {
    const share = sorter.uniform(0.35, 0.65);
    const contrast = sorter.uniform(0.03, 0.12);
    spikeTimes = partOfTrain(sorter, spikeTimes, share, part);
    shares[0]!.weight = part === 0 ? 1 + contrast : 1 - contrast;
    // A mean over fewer spikes.
    noise /= Math.sqrt(part === 0 ? share : 1 - share);
  }
  if (unit.fault === faults.mixed) {
    // Never more spikes of the other neuron than of its own.
    const ratio = sorter.uniform(0.2, 0.8);
    const other = neuronAndTrain(recording, unit.other, session);
    const ownCount = spikeTimes.length;
    spikeTimes = mixTrains(sorter, spikeTimes, other.train, Math.floor(ratio * ownCount));
    const weight = ownCount / spikeTimes.length;
    shares[0]!.weight = weight;
    shares.push({ index: unit.other, neuron: other.neuron, weight: 1 - weight });
  }
  return { spikeTimes, shares, noise };
}

function unitResponse(
  random: Random,
  parameters: SimulationParameters,
  shares: readonly Share[],
  session: number,
): Float64Array {
  const { sessions, pethBins, pethNoise, pethMissingBins } = parameters;
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  const response = new Float64Array(pethBins);
  for (const { index, weight } of shares) {
    const part = neuronResponse(parameters, index);
    for (let bin = 0; bin < pethBins; bin++) response[bin]! += (weight / total) * part[bin]!;
  }
  addTrialNoise(random, response, pethNoise);
  if (session === Math.min(1, sessions - 1)) response.fill(NaN, 0, pethMissingBins);
  return response;
}
