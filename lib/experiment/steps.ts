import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { writeNpy } from '../files/npy_writer.js';
import {
  behaviourTable,
  croppedBehaviour,
  signalOf,
  writeBehaviour,
  type BehaviourSignal,
  type BehaviourTable,
} from '../processing/behaviour.js';
import { processAp, processLfp } from '../processing/ephys.js';
import type { Lag } from '../processing/lag.js';
import { writeSpread } from '../processing/column_spread.js';
import { assessNoise, writeNoise } from '../processing/noise.js';
import { parsePath } from '../tdms/object_path.js';
import { TdmsFile } from '../tdms/tdms_file.js';
import { labelActions, labelArray } from './action_labels.js';
import { motion, pose, video } from './camera_steps.js';
import { bandFiles, ephysPaths, lfpBand } from './ephys_paths.js';
import { behaviourOutput, labelsOutput, lfpOutput, lfpSpreadOutput, stemOf } from './output_names.js';
import { addReachActions } from './reach_labels.js';
import { pathOf, type Session, type SessionFile, type SessionRecording } from './session.js';
import { readLags } from './sync_files.js';
import { syncRecording } from './sync_recording.js';
import type { Task } from './task.js';

/** What all steps are told. */
export interface ProcessSettings {
  task: Task;
  lfp: { method: 'polyphase' | 'fourier'; reference: 'none' | 'median' };
}

export interface StepContext {
  session: Session;
  recording: SessionRecording;
  settings: ProcessSettings;
  /** undefined: not known (yet) */
  lag: Lag | undefined;
  signal?: AbortSignal | undefined;
  onProgress: (share: number) => void;
}

export interface StepResult {
  /** In a few words, for the line of the step */
  said: string;
  warnings: string[];
  /** What later steps take from it */
  result?: unknown;
}

/** A step of the processing of a recording. */
export interface Step {
  about: string;
  /** Whether it is done unless others are asked for */
  byDefault: boolean;
  /** Cannot be done before the lag is known */
  needsLag: boolean;
  /** Why there is nothing to be done, which is no fault; undefined: there is */
  nothing?(session: Session, recording: SessionRecording): string | undefined;
  inputs(recording: SessionRecording): (SessionFile | undefined)[];
  /** Why it cannot be done; undefined: it can */
  impossible(recording: SessionRecording): string | undefined;
  /** What its outputs depend on besides the inputs */
  settings(context: StepContext): unknown;
  /** Names in processed */
  outputs(session: Session, recording: SessionRecording, settings: ProcessSettings): string[];
  /** Rejects if it cannot be done on this computer; before its inputs are restored */
  before?(): Promise<void>;
  run(context: StepContext): Promise<StepResult>;
}

/** Without lag.json a recording that has no behaviour is not cropped. */
const lagFor = ({ lag, recording }: StepContext): Lag | undefined => (recording.behaviour ? lag : undefined);

const sync: Step = {
  about: 'lag between probe and behaviour, and a map of their clocks',
  byDefault: true,
  needsLag: false,
  inputs: (recording) => [...bandFiles(recording, lfpBand(recording)), recording.behaviour],
  impossible: (recording) =>
    !recording.behaviour
      ? 'there is no behaviour file'
      : !recording.lfBin && !recording.apBin
        ? 'there is no file of the probe'
        : undefined,
  settings: ({ settings }) => ({ channel: settings.task.sync }),
  // lag.json and sync.json are of all recordings; figures are never replaced.
  outputs: () => [],
  async run({ session, recording, settings, signal, onProgress }) {
    const control = { signal, onProgress };
    const { lag, lagEndMs, warnings } = await syncRecording(session, recording, settings.task.sync, control);
    const result: Lag = { startMs: lag.lagMs, endMs: lagEndMs };
    return { said: `lag ${lag.lagMs} ms, match ${lag.matchPercent.toFixed(1)} %`, warnings, result };
  },
};

const behaviour: Step = {
  about: 'behaviour at 1 kHz, and the labels of events and actions',
  byDefault: true,
  needsLag: true,
  inputs: ({ behaviour: file }) => [file],
  impossible: ({ behaviour: file }) => (file ? undefined : 'there is no behaviour file'),
  settings: ({ settings, lag, session, recording }) => ({
    task: settings.task,
    lag,
    trials: settings.task.name === 'reach' ? session.metadata[recording.index] : undefined,
  }),
  outputs: (session, recording, { task }) => [
    behaviourOutput(session, recording)!,
    ...(task.name === 'none' ? [] : [labelsOutput(recording)]),
  ],
  async run({ session, recording, settings: { task }, lag, signal, onProgress }) {
    const path = pathOf(recording.behaviour)!;
    const tdms = await TdmsFile.open(path);
    const warnings = [...tdms.warnings];
    const signals = tdms.channels
      .filter(({ kind, length }) => kind !== undefined && kind !== 'string' && kind !== 'timestamp' && length > 0)
      .map(signalOf);
    let cropped;
    try {
      const table = await behaviourTable(path, signals, { signal, onProgress });
      warnings.push(...table.dropped.map(({ column, reason }) => `${column} was left out: ${reason}.`));
      cropped = croppedBehaviour(table, lag!);
    } finally {
      await tdms.close();
    }
    const width = cropped.columns.length;
    await mkdir(session.processed, { recursive: true });
    const syncColumns = cropped.columns.filter((column) => parsePath(path, column)[0] === task.sync);
    let said = `${width - syncColumns.length} signals of ${(cropped.rows / 1000).toFixed(1)} s`;
    if (task.name !== 'none') {
      const labels = labelActions(path, task, firstSignals(path, signals, cropped));
      if (task.name === 'reach') addReachActions(path, labels, session.metadata[recording.index]);
      warnings.push(...labels.warnings);
      await replaceNpy(join(session.processed, labelsOutput(recording)), labelArray(task, labels));
      const counts = Object.entries(labels.counts.actions).map(([name, number]) => `${number} ${name}`);
      said += counts.length > 0 ? `; ${counts.join(', ')}` : '';
    }
    const output = join(session.processed, behaviourOutput(session, recording)!);
    await writeBehaviour(output, cropped, syncColumns);
    return { said, warnings };
  },
};

/** Values of the first signal of each group, as the sync takes it; none where that was left out */
function firstSignals(path: string, signals: readonly BehaviourSignal[], { columns, rows, values }: BehaviourTable) {
  const first = new Map<string, string>();
  for (const { path: column } of signals) {
    const group = parsePath(path, column)[0] ?? column;
    if (!first.has(group)) first.set(group, column);
  }
  return new Map(
    [...first].flatMap(([group, column]) => {
      const c = columns.indexOf(column);
      if (c < 0) return [];
      return [[group, Float64Array.from({ length: rows }, (_, row) => values[row * columns.length + c]!)]];
    }),
  );
}

const lfp: Step = {
  about: 'local field potential at 1 kHz, from .lf or, of Neuropixels 2.0, from .ap',
  byDefault: true,
  needsLag: true,
  inputs: (recording) => bandFiles(recording, lfpBand(recording)),
  impossible: ({ lfBin, apBin }) => ((lfBin ?? apBin) ? undefined : 'there is neither .lf nor .ap data'),
  settings: (context) => ({ ...context.settings.lfp, lag: lagFor(context) }),
  outputs: (_, recording) => [lfpOutput(recording)!, lfpSpreadOutput(recording)!],
  async run(context) {
    const { session, recording, settings, signal, onProgress } = context;
    const band = lfpBand(recording);
    const [name, spreadName] = this.outputs(session, recording, settings);
    const paths = ephysPaths(session, recording, band);
    const options = { ...settings.lfp, lag: lagFor(context) };
    const { rows, channels, sdsUv } = await processLfp(paths, band, join(session.processed, name!), options, {
      signal,
      onProgress,
    });
    await writeSpread(join(session.processed, spreadName!), sdsUv);
    const from = band === 'ap' ? ' (from .ap)' : '';
    return { said: `${channels} channels of ${(rows / 1000).toFixed(1)} s${from}`, warnings: [] };
  },
};

const ap: Step = {
  about: 'AP band at 1 kHz, medians removed (for those who used it; no filter for spikes)',
  byDefault: false,
  needsLag: true,
  inputs: (recording) => bandFiles(recording, 'ap'),
  impossible: ({ apBin }) => (apBin ? undefined : 'there are no .ap data'),
  settings: (context) => ({ lag: lagFor(context) }),
  outputs: (_, { apBin }) => [`${stemOf(apBin?.name ?? '')}_processed.h5`],
  async run(context) {
    const { session, recording, settings, signal, onProgress } = context;
    const [name] = this.outputs(session, recording, settings);
    const { rows, channels } = await processAp(
      ephysPaths(session, recording, 'ap'),
      join(session.processed, name!),
      { lag: lagFor(context) },
      { signal, onProgress },
    );
    return { said: `${channels} channels of ${(rows / 1000).toFixed(1)} s`, warnings: [] };
  },
};

const noise: Step = {
  about: 'noise of the channels of the AP band, the worst named',
  byDefault: false,
  needsLag: false,
  inputs: (recording) => bandFiles(recording, 'ap'),
  impossible: ({ apBin }) => (apBin ? undefined : 'there are no .ap data'),
  settings: () => ({}),
  outputs: (_, { index }) => [`noise_${index}.json`],
  async run({ session, recording, signal, onProgress }) {
    const assessment = await assessNoise(ephysPaths(session, recording, 'ap'), undefined, { signal, onProgress });
    await writeNoise(join(session.processed, `noise_${recording.index}.json`), assessment);
    const { medianUv, worst } = assessment;
    const named =
      worst.length === 0 ? 'no channel stands out' : `channels that stand out: ${worst.slice(0, 10).join(', ')}`;
    return { said: `${medianUv.toFixed(1)} µV, ${named}`, warnings: [] };
  },
};

/** In the order in which they are done. */
export const steps: Record<StepName, Step> = { sync, behaviour, lfp, ap, noise, pose, motion, video };
export type StepName = 'sync' | 'behaviour' | 'lfp' | 'ap' | 'noise' | 'pose' | 'motion' | 'video';
export const stepNames = Object.keys(steps) as StepName[];

/** The lag that `lag.json` tells; undefined: none yet. */
export async function lagOf(session: Session, { index }: SessionRecording): Promise<Lag | undefined> {
  const { lag_start: startMs, lag_end: endMs } = (await readLags(session.processed, session.recordings.length))[index]!;
  return startMs === null || endMs === null ? undefined : { startMs, endMs };
}

/** Puts an array in the place of a file, whole or not at all. */
async function replaceNpy(path: string, array: Parameters<typeof writeNpy>[1]): Promise<void> {
  const part = `${path}.part`;
  if (existsSync(part)) await rm(part);
  await writeNpy(part, array);
  await rename(part, path);
}
