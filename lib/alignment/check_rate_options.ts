import type { RunOptions } from '../native/run.js';
import { spikeRateConfidence } from './confidence.js';
import { completeRateOptions, type NeuronRatesOptions } from './neuron_rates.js';

/**
 * Rejects with DANT_ARGUMENT for options that `neuronRates` would not take, by trying them on a unit that never fires: to be called before
 * what takes long.
 */
export async function checkRateOptions(options: NeuronRatesOptions, run: RunOptions = {}): Promise<void> {
  const trial = { recording: 0, action: 0, eventMs: 0 };
  await spikeRateConfidence([{ id: 0, timesMs: [] }], [trial], completeRateOptions(options), run);
}
