import { realpath } from 'node:fs/promises';

import { requireInteger, requireList, requireNumber, requireObject, requireText, steeringOf } from '../arguments.js';
import { argumentError, DantError } from '../errors.js';
import { importedTrackedUnits } from '../export/tracked_units.js';
import type { RunOptions } from '../native/run.js';
import { AlignedTable } from './aligned_table.js';
import { sessionConfidence } from './align_trials.js';
import { confidenceOf } from './confidence.js';
import { partOf } from '../processing/run_part.js';
import { requireResponses, requireSessions } from './session_arguments.js';
import type { SessionData } from './session_data.js';
import { trialsOrNone } from './session_trials.js';
import type { Response } from './trial_kind.js';

/** A neuron that was followed, and the unit that it is in each session. */
export interface TrackedNeuron {
  neuron: number;
  confidence: number | undefined;
  /** Session by its place in the list, from 0, and cluster; ascending */
  units: { session: number; id: number }[];
}

export interface NeuronRatesOptions {
  /** Window around the event, s, and its bins */
  startS?: number | undefined;
  endS?: number | undefined;
  stepS?: number | undefined;
  sigmaMs?: number | undefined;
  /** Of the bands; see `spikeRateConfidence` */
  confidence?: number | undefined;
  samples?: number | undefined;
  sampleSize?: number | undefined;
  seed?: number | undefined;
}

export const neuronRateDefaults = {
  startS: -0.5,
  endS: 1,
  stepS: 0.025,
  sigmaMs: 25,
  confidence: 95,
  samples: 2000,
  sampleSize: 20,
  seed: 25_000,
};

/** Throws DANT_ARGUMENT. */
export function completeRateOptions(options: NeuronRatesOptions) {
  const given = Object.fromEntries(Object.entries(confidenceOf(options)).filter(([, value]) => value !== undefined));
  const complete = { ...neuronRateDefaults, ...given };
  requireNumber('startS', complete.startS);
  requireNumber('endS', complete.endS);
  return complete;
}

export interface NeuronRates {
  neurons: TrackedNeuron[];
  /** Levels `neuron`, `session`, `unit`, `response`, `percentile`; rows `time`: the middle of each bin, s */
  table: AlignedTable;
  /** (responses, sessions) trials */
  trials: number[][];
  warnings: string[];
}

/**
 * The neurons of a result of data that `exportTracking` made of these sessions. Rejects with DANT_DATA if its units are of others.
 * @param atLeast Sessions in which a neuron must have been found
 */
export async function trackedNeurons(
  result: string,
  dataFolder: string,
  sessions: readonly SessionData[],
  atLeast = 2,
): Promise<TrackedNeuron[]> {
  requireText('result', result);
  requireText('dataFolder', dataFolder);
  requireSessions(sessions);
  requireInteger('atLeast', atLeast, 1);
  const places = new Map<string, number>();
  for (const [s, session] of sessions.entries()) places.set(await realpath(session.sorted), s);
  const neurons = new Map<number, TrackedNeuron>();
  const folders = new Map<string, number>();
  for (const { neuron, confidence, origin } of await importedTrackedUnits(result, dataFolder)) {
    if (neuron === undefined) continue;
    let session = folders.get(origin.folder);
    if (session === undefined) {
      const real = await realpath(origin.folder).catch(() => origin.folder);
      session = places.get(real);
      if (session === undefined) {
        throw new DantError(
          'DANT_DATA',
          `${result}: its units are of ${origin.folder}, which is no sorted folder of these sessions: ${sessions.map((other) => other.session.name).join(', ')}. Name the experiment and the mouse that were exported.`,
        );
      }
      folders.set(origin.folder, session);
    }
    const entry = neurons.get(neuron) ?? { neuron, confidence, units: [] };
    entry.units.push({ session, id: origin.clusterId });
    neurons.set(neuron, entry);
  }
  return [...neurons.values()]
    .map((entry) => ({ ...entry, units: entry.units.sort((a, b) => a.session - b.session || a.id - b.id) }))
    .filter(({ units }) => new Set(units.map(({ session }) => session)).size >= atLeast)
    .sort((a, b) => a.neuron - b.neuron);
}

/** What `trackedNeurons` gives of these sessions. */
function requireNeurons(neurons: readonly TrackedNeuron[], sessions: readonly SessionData[]): void {
  requireSessions(sessions);
  requireList('neurons', neurons).forEach((tracked, n) => {
    const { neuron, units } = requireObject(`neurons[${n}]`, tracked);
    requireInteger(`neurons[${n}].neuron`, neuron, 0);
    requireList(`neurons[${n}].units`, units).forEach((unit, u) => {
      const name = `neurons[${n}].units[${u}]`;
      const { session, id } = requireObject(name, unit);
      requireInteger(`${name}.session`, session, 0);
      requireInteger(`${name}.id`, id, 0);
      if (session >= sessions.length) {
        throw argumentError(`${name}.session`, `a place in the list of ${sessions.length} sessions`, session);
      }
    });
  });
}

/** The rate of each neuron around each response in each session, with bands. Rejects with DANT_DATA if there is no trial at all. */
export async function neuronRates(
  neurons: readonly TrackedNeuron[],
  sessions: readonly SessionData[],
  responses: readonly Response[],
  options: NeuronRatesOptions = {},
  run: RunOptions = {},
): Promise<NeuronRates> {
  requireNeurons(neurons, sessions);
  requireResponses(responses);
  const complete = completeRateOptions(options);
  run = steeringOf('run', run);
  const { startS, endS, stepS } = complete;
  const bins = Math.round((endS - startS) / stepS);
  const warnings: string[] = [];
  const trials = responses.map(() => sessions.map(() => 0));
  const columns = new Map<string, { unit: number; table: AlignedTable }>();
  for (const [s, session] of sessions.entries()) {
    const ids = [
      ...new Set(neurons.flatMap(({ units }) => units.filter((unit) => unit.session === s).map(({ id }) => id))),
    ];
    const found = ids.length === 0 ? [] : await trialsOrNone(session, responses, warnings);
    const done = (r: number) => (s + r / responses.length) / sessions.length;
    for (const [r, { response, trials: own }] of found.entries()) {
      trials[r]![s] = own.length;
      if (own.length === 0) {
        warnings.push(`${session.session.name} has no ${response.name}.`);
        continue;
      }
      const table = await sessionConfidence(session, ids, own, complete, warnings, partOf(run, done(r), done(r + 1)));
      ids.forEach((id, u) => columns.set([r, s, id].join(' '), { unit: u, table }));
    }
    run.onProgress?.((s + 1) / sessions.length);
  }
  if (neurons.length > 0 && columns.size === 0) {
    throw new DantError('DANT_DATA', ['there is no trial in any session.', ...warnings].join('\n  '));
  }
  return { neurons: [...neurons], table: tableOf(), trials, warnings };

  function tableOf(): AlignedTable {
    const percents = [(100 - complete.confidence) / 2, 50, 100 - (100 - complete.confidence) / 2];
    const rows = neurons.flatMap(({ neuron, units }) =>
      units.flatMap(({ session, id }) =>
        responses.flatMap((response, r) => {
          const found = columns.get([r, session, id].join(' '));
          return found ? percents.map((percent, p) => ({ neuron, session, id, response, percent, p, found })) : [];
        }),
      ),
    );
    const data = new Float64Array(rows.length * bins);
    rows.forEach(({ p, found: { unit, table } }, k) => {
      for (let bin = 0; bin < bins; bin++) data[k * bins + bin] = table.column(unit * bins + bin)[p]!;
    });
    return new AlignedTable(
      [
        { name: 'neuron', values: rows.map(({ neuron }) => neuron) },
        { name: 'session', values: rows.map(({ session }) => sessions[session]!.session.name) },
        { name: 'unit', values: rows.map(({ id }) => id) },
        { name: 'response', values: rows.map(({ response }) => response.name) },
        { name: 'percentile', values: rows.map(({ percent }) => percent) },
      ],
      {
        name: 'time',
        values: Float64Array.from({ length: bins }, (_, bin) => Math.round(1e6 * (startS + (bin + 0.5) * stepS)) / 1e6),
      },
      data,
    );
  }
}
