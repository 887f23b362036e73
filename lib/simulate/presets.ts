import type { SimulationParameters } from './table.js';

/** Parameters of a named recording; what it leaves out takes the defaults. */
export interface Preset {
  /** What is special about it. */
  about: string;
  parameters: Partial<SimulationParameters>;
}

/**
 * Ten kinds of recording, each with one difficulty (the last with all of them): 530–950 units on 1.9 mm. Results that
 * are published for them can be repeated by anybody with a seed.
 */
export const presets = {
  'small-drift-peth': {
    about: 'little drift, with PETH',
    parameters: onLongProbe({ neurons: 120, sessions: 6 }),
  },
  'large-drift': {
    about: 'drift of −135 to 77 µm: the probe slips twice; no PETH',
    parameters: onLongProbe({
      neurons: 110,
      sessions: 8,
      driftUm: [77, 61, 44, -103, -135, -88, 70, 74],
      peth: false,
    }),
  },
  'drift-peth': {
    about: 'drift over a range of 112 µm, with PETH',
    parameters: onLongProbe({ neurons: 110, sessions: 8, driftUm: 112, pethNoise: 0.05 }),
  },
  'depth-drift': {
    about: 'drift that grows with depth, up to 15 µm/mm',
    parameters: onLongProbe({ neurons: 110, sessions: 7, depthDriftUmPerMm: 15 }),
  },
  noisy: {
    about: 'noise of 10 µV, no PETH',
    parameters: onLongProbe({ neurons: 120, sessions: 7, noiseUv: 10, peth: false }),
  },
  crowded: {
    about: '260 neurons on 1.9 mm, no PETH',
    parameters: onLongProbe({ neurons: 260, sessions: 6, presence: 0.6, noiseUv: 4, peth: false }),
  },
  'sparse-presence': {
    about: '16 sessions, each neuron in 30 % of them; no PETH',
    parameters: onLongProbe({ neurons: 130, sessions: 16, presence: 0.3, driftUm: 40, peth: false }),
  },
  changing: {
    about: 'shapes and amplitudes change from session to session; no PETH',
    parameters: onLongProbe({ neurons: 120, sessions: 7, amplitudeChange: 0.2, shapeChange: 0.3, peth: false }),
  },
  'sorter-faults': {
    about: 'a fifth of the neurons split in two or mixed with a neighbour; no PETH',
    parameters: onLongProbe({ neurons: 110, sessions: 7, splitFraction: 0.1, mixedFraction: 0.1, peth: false }),
  },
  everything: {
    about: 'all of it together, less of each',
    parameters: onLongProbe({
      neurons: 170,
      sessions: 8,
      presence: 0.6,
      driftUm: 60,
      depthDriftUmPerMm: 8,
      noiseUv: 5,
      amplitudeChange: 0.15,
      shapeChange: 0.2,
      splitFraction: 0.06,
      mixedFraction: 0.06,
    }),
  },
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

function onLongProbe(parameters: Partial<SimulationParameters>): Partial<SimulationParameters> {
  return { channels: 192, ...parameters };
}
