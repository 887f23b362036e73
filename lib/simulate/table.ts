import * as z from 'zod';

import { choice, flag, integer, number, type Row } from '../settings/rows.js';

/**
 * Every parameter of a simulated recording. The type `SimulationParameters`, the checks and the flags of `dant
 * simulate` (--drift-um for driftUm) come from here.
 */
export const simulationTable = {
  probe: choice(['neuropixels-1.0', 'neuropixels-2.0', 'neuropixels-2.0-four-shank', 'linear'], {
    default: 'neuropixels-1.0',
    about: 'Kind of probe.',
  }),
  channels: integer(
    { min: 2, max: 10_000, unit: 'channels' },
    { default: 96, about: 'Number of channels, next to each other from the tip on (four shanks: a quarter on each).' },
  ),
  pitchUm: number({ above: 0, unit: 'µm' }, { default: 20, about: 'Distance of the channels of a linear probe.' }),
  neurons: integer({ min: 1, max: 100_000, unit: 'neurons' }, { default: 40, about: 'Number of neurons.' }),
  sessions: integer({ min: 1, max: 10_000, unit: 'sessions' }, { default: 6, about: 'Number of sessions.' }),
  presence: number(
    { min: 0.01, max: 1 },
    { default: 0.8, about: 'Share of the neurons that are active in a session, drawn again for each.' },
  ),
  depthUm: numberList('a list of two depths in µm, from,to', (list) => list.length === 0 || isRange(list), {
    default: [],
    about: 'Depths between which the neurons lie; the whole recorded length when left out.',
  }),

  driftUm: numberOrList('µm', {
    default: 20,
    about: 'Rigid drift. One number: the range of a random walk over the sessions. A list: the drift of each session.',
  }),
  depthDriftUmPerMm: numberOrList('µm/mm', {
    default: 0,
    about: 'Drift that grows with depth. One number: the largest of random slopes. A list: the slope of each session.',
  }),
  jitterUm: number(
    { min: 0, unit: 'µm' },
    {
      default: 1,
      about: 'Movement of each neuron on its own from session to session (standard deviation, each axis).',
    },
  ),

  samples: integer({ min: 8, max: 10_000, unit: 'samples' }, { default: 48, about: 'Samples of a waveform.' }),
  sampleRateHz: number(
    { min: 1000, max: 1_000_000, unit: 'Hz' },
    { default: 30_000, about: 'Sample rate of waveforms and spike times.' },
  ),
  noiseUv: number(
    { min: 0, unit: 'µV' },
    { default: 2, about: 'Noise that is left in the mean waveforms (standard deviation of each sample).' },
  ),
  amplitudeChange: number(
    { min: 0, max: 2 },
    { default: 0.05, about: 'Change of amplitude from session to session (standard deviation of its logarithm).' },
  ),
  shapeChange: number(
    { min: 0, max: 2 },
    { default: 0.1, about: 'Change of waveform shape from session to session (relative standard deviation).' },
  ),

  splitFraction: number(
    { min: 0, max: 1 },
    { default: 0, about: 'Share of the recorded neurons of a session that the sorter splits into two units.' },
  ),
  mixedFraction: number(
    { min: 0, max: 1 },
    { default: 0, about: 'Share of the recorded neurons of a session that the sorter mixes with a neighbour.' },
  ),
  missedFraction: number(
    { min: 0, max: 1 },
    { default: 0, about: 'Share of the recorded neurons of a session that the sorter does not find.' },
  ),

  durationS: number({ min: 1, max: 1_000_000, unit: 's' }, { default: 200, about: 'Length of a session.' }),
  firingRateHz: number(
    { min: 0.01, max: 100, unit: 'Hz' },
    { default: 5, about: 'Median firing rate; a unit has about 1.4 times this times the length in spikes on average.' },
  ),

  peth: flag({ default: true, about: 'Whether there are peri-event time histograms.' }),
  pethBins: integer({ min: 2, max: 100_000, unit: 'bins' }, { default: 200, about: 'Bins of a histogram.' }),
  pethNoise: number(
    { min: 0, max: 100 },
    { default: 0.2, about: "Noise of the histograms (standard deviation, relative to the response's)." },
  ),
  pethMissingBins: integer(
    { min: 0, unit: 'bins' },
    { default: 0, about: 'Number of first bins that one session lacks (NaN).' },
  ),

  rawNoiseUv: number(
    { min: 0, unit: 'µV' },
    { default: 10, about: 'Noise of a raw recording (standard deviation of each sample).' },
  ),

  dtype: choice(['float32', 'float64'], { default: 'float32', about: 'Number type of the waveforms.' }),
  seed: integer(
    { min: 0, max: 2 ** 32 - 1 },
    { default: 0, about: 'Seed: the same seed and parameters give the same bytes.' },
  ),
} satisfies Record<string, Row>;

export type ParameterName = keyof typeof simulationTable;

/** All parameters of a simulated recording, complete and checked. */
export type SimulationParameters = {
  [Name in ParameterName]: (typeof simulationTable)[Name] extends Row<infer Value> ? Value : never;
};

export const parameterRows = Object.entries(simulationTable) as [ParameterName, Row][];

function isRange(list: number[]): boolean {
  return list.length === 2 && list[0]! < list[1]!;
}

function numberList(
  expected: string,
  legal: (list: number[]) => boolean,
  facts: Pick<Row<number[]>, 'default' | 'about'>,
): Row<number[]> {
  const list = (value: unknown) => Array.isArray(value) && value.every(Number.isFinite) && legal(value as number[]);
  return {
    schema: z.custom<number[]>(list, { error: expected }),
    expected,
    placeholder: 'numbers',
    choices: [],
    fromText: numbersFromText,
    ...facts,
  };
}

function numberOrList(unit: string, facts: Pick<Row<number | number[]>, 'default' | 'about'>): Row<number | number[]> {
  const expected = `a number of ${unit} of at least 0, or a list with a number for each session`;
  const legal = (value: unknown) =>
    Array.isArray(value)
      ? value.length > 0 && value.every(Number.isFinite)
      : Number.isFinite(value) && Number(value) >= 0;
  return {
    schema: z.custom<number | number[]>(legal, { error: expected }),
    expected,
    placeholder: 'number(s)',
    choices: [],
    fromText: (text) => (text.includes(',') ? numbersFromText(text) : numberFromText(text)),
    ...facts,
  };
}

function numbersFromText(text: string): unknown[] {
  return text.split(',').map(numberFromText);
}

/** What is no number stays text, for the schema to refuse. */
function numberFromText(text: string): unknown {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}
