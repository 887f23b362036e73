import type { Motion } from '../recording/motion.js';
import { sessionMotion } from './motion.js';
import { makeNeuron, type Neuron } from './neuron.js';
import { makeProbe, type Probe } from './probe.js';
import type { SimulationParameters } from './table.js';

/** Everything that the units of a simulated recording are made from. */
export interface Recording {
  parameters: SimulationParameters;
  probe: Probe;
  motion: Motion;
  neurons: readonly Neuron[];
  /** Spikes of a neuron (its number) in a session (from 0) besides those that it fires anyway, ms */
  evoked?: (index: number, session: number) => readonly number[];
}

export function makeRecording(parameters: SimulationParameters, probe = makeProbe(parameters)): Recording {
  const neurons = Array.from({ length: parameters.neurons }, (_, n) => makeNeuron(parameters, probe, n));
  return { parameters, probe, motion: sessionMotion(parameters), neurons };
}
