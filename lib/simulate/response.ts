import { Random } from '../random.js';
import { stream } from './streams.js';
import type { SimulationParameters } from './table.js';

/** Peri-event time histogram of a neuron without noise, (bins): a baseline, one to four bumps, sometimes a step. */
export function neuronResponse({ seed, pethBins }: SimulationParameters, index: number): Float64Array {
  const random = new Random(seed, stream.response, index);
  const baseline = random.uniform(0, 3);
  const size = random.logNormal(2.5, 0.6);
  const bumps = Array.from({ length: 1 + random.index(4) }, () => ({
    at: random.uniform(),
    width: random.logNormal(0.07, 0.5),
    height: size * random.uniform(-0.4, 1),
  }));
  const step = random.chance(0.3)
    ? { at: random.uniform(0.2, 0.8), height: size * random.uniform(-0.5, 0.7) }
    : undefined;
  return Float64Array.from({ length: pethBins }, (_, bin) => {
    const u = (bin + 0.5) / pethBins;
    const rate = bumps.reduce(
      (sum, { at, width, height }) => sum + height * Math.exp(-0.5 * ((u - at) / width) ** 2),
      baseline + (step ? step.height / (1 + Math.exp((step.at - u) / 0.02)) : 0),
    );
    return Math.max(0, rate);
  });
}

/**
 * Adds a session's change of gain and the noise of finitely many trials, smoothed as such histograms are.
 * @param noise Standard deviation of the noise, relative to the response's own.
 */
export function addTrialNoise(random: Random, response: Float64Array, noise: number): void {
  const bins = response.length;
  const gain = random.logNormal(1, 0.1);
  const mean = response.reduce((sum, value) => sum + value, 0) / bins;
  const deviation = Math.sqrt(response.reduce((sum, value) => sum + (value - mean) ** 2, 0) / bins);
  // A first-order autoregressive sequence: correlated over a few bins, with the same variance everywhere.
  const memory = 0.75;
  const fresh = Math.sqrt(1 - memory * memory);
  let value = random.normal();
  // A neuron without any response has noise all the same.
  const scale = noise * Math.max(deviation, 0.1 * mean, 0.01);
  for (let bin = 0; bin < bins; bin++) {
    response[bin] = gain * response[bin]! + scale * value;
    value = memory * value + fresh * random.normal();
  }
}
