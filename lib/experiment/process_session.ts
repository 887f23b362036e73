import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { abortError } from '../errors.js';
import { systemOutputError } from '../files/file_error.js';
import { planStep, stateKey } from './plan.js';
import { begun, outputStamp, readState, versionNow, writeState, type StepRecord } from './process_state.js';
import { restoreFile } from './restore.js';
import { pathOf, type Session, type SessionRecording } from './session.js';
import { lagOf, steps, type ProcessSettings, type StepName } from './steps.js';

/** How a step of a recording ended. */
export type StepOutcome =
  | { kind: 'done'; said: string; warnings: string[] }
  /** Done before with the same inputs and settings */
  | { kind: 'unchanged'; said: string }
  /** There is no cause to do it, which is no fault */
  | { kind: 'nothing'; why: string }
  /** It cannot be done, or what it needs was not */
  | { kind: 'skipped'; why: string }
  | { kind: 'failed'; why: string };

export interface StepEvent {
  session: string;
  recording: number;
  step: StepName;
  /** Share of the step, 0 to 1; undefined: it ended */
  share?: number;
  outcome?: StepOutcome;
  seconds: number;
}

export interface SessionControl {
  signal?: AbortSignal | undefined;
  onEvent?: ((event: StepEvent) => void) | undefined;
}

/**
 * Does steps of a session that were not done with the same inputs and settings; restores what they need. A step that fails stops
 * neither other recordings nor steps that do not need it. Each end is written to `process.json` and `process.log` at once.
 */
export async function processSession(
  session: Session,
  wanted: readonly StepName[],
  settings: ProcessSettings,
  { signal, onEvent }: SessionControl = {},
): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const recording of session.recordings) {
    for (const step of wanted) {
      if (signal?.aborted) throw abortError(signal);
      const start = performance.now();
      const event = { session: session.name, recording: recording.index, step };
      const seconds = () => (performance.now() - start) / 1000;
      let outcome: StepOutcome;
      try {
        outcome = await doStep(session, recording, step, settings, signal, (share) => {
          onEvent?.({ ...event, share, seconds: seconds() });
        });
      } catch (error) {
        if (signal?.aborted) throw error;
        outcome = { kind: 'failed', why: (error as Error).message };
      }
      if (outcome.kind !== 'unchanged' && outcome.kind !== 'nothing') {
        // On a full disk, for instance; other sessions may be elsewhere.
        await log(session, recording, step, outcome).catch((error: unknown) => {
          if (outcome.kind === 'done') outcome.warnings.push((error as Error).message);
        });
      }
      outcomes.push(outcome);
      onEvent?.({ ...event, outcome, seconds: seconds() });
    }
  }
  return outcomes;
}

async function doStep(
  session: Session,
  recording: SessionRecording,
  name: StepName,
  settings: ProcessSettings,
  signal: AbortSignal | undefined,
  onProgress: (share: number) => void,
): Promise<StepOutcome> {
  const step = steps[name];
  const { standing, key, from } = await planStep(session, recording, name, settings, await readState(session));
  if (standing.kind === 'nothing') return { kind: 'nothing', why: standing.why };
  if (standing.kind === 'impossible') return { kind: 'skipped', why: standing.why };
  if (standing.kind === 'waiting') return { kind: 'skipped', why: `${standing.why}: the step sync comes first` };
  if (standing.kind === 'done') return { kind: 'unchanged', said: standing.record.said };
  if (standing.kind === 'byHand')
    return { kind: 'unchanged', said: 'the lag of lag.json is kept, which was written by hand' };
  if (standing.kind === 'foreign') {
    return {
      kind: 'failed',
      why: `${standing.file} is there but was not made by this step, or was changed since. It is kept: move it elsewhere to have it made anew.`,
    };
  }
  const start = performance.now();
  await step.before?.();
  const needed = step.inputs(recording).filter((file) => file !== undefined);
  const archived = needed.filter((file) => pathOf(file) === undefined);
  // Unpacking takes about as long as the step.
  const share = archived.length > 0 ? 0.5 : 0;
  for (const [k, file] of archived.entries()) {
    await restoreFile(file, session, {
      signal,
      onProgress: (part) => {
        onProgress((share * (k + part)) / archived.length);
      },
    });
  }
  const entry = (changes: Partial<StepRecord>): StepRecord => ({
    key: begun,
    made_from: from,
    outputs: {},
    at: new Date().toISOString(),
    seconds: 0,
    version: versionNow,
    said: '',
    warnings: [],
    ...changes,
  });
  await writeState(session, stateKey(recording, name), entry({}));
  const lag = await lagOf(session, recording);
  const { said, warnings, result } = await step.run({
    session,
    recording,
    settings,
    lag,
    signal,
    onProgress: (part) => {
      onProgress(share + (1 - share) * part);
    },
  });
  const outputs: StepRecord['outputs'] = {};
  for (const output of step.outputs(session, recording, settings)) {
    const stamp = await outputStamp(session, output);
    if (stamp) outputs[output] = stamp;
  }
  const seconds = Math.round(performance.now() - start) / 1000;
  await writeState(session, stateKey(recording, name), entry({ key, outputs, seconds, said, result, warnings }));
  return { kind: 'done', said, warnings };
}

/** A line in `process.log` of the session. */
async function log(session: Session, recording: SessionRecording, step: StepName, outcome: StepOutcome): Promise<void> {
  const path = join(session.processed, 'process.log');
  const text = outcome.kind === 'done' ? outcome.said : 'why' in outcome ? outcome.why : '';
  const warnings = outcome.kind === 'done' ? outcome.warnings.map((warning) => ` Warning: ${warning}`).join('') : '';
  const line = `${new Date().toISOString()} node-dant ${versionNow} recording ${recording.index} ${step} ${outcome.kind}: ${text}${warnings}\n`;
  try {
    await mkdir(session.processed, { recursive: true });
    await appendFile(path, line);
  } catch (error) {
    throw systemOutputError(path, error);
  }
}
