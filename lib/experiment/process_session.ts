import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { clearAbandonedLock, takeLock, type Lock } from '../batch/lock.js';
import { abortError } from '../errors.js';
import { systemOutputError } from '../files/file_error.js';
import { planStep, stateKey, type StepPlan } from './plan.js';
import {
  begun,
  changedInputs,
  outputStamp,
  readState,
  versionNow,
  writeState,
  type StepRecord,
} from './process_state.js';
import { restoreFile } from './restore.js';
import { pathOf, type Session, type SessionFile, type SessionRecording } from './session.js';
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
 * neither other recordings nor steps that do not need it; what is to be done while another process is at work on the session, fails.
 * Each end is written to `process.json` and `process.log` at once.
 */
export async function processSession(
  session: Session,
  wanted: readonly StepName[],
  settings: ProcessSettings,
  { signal, onEvent }: SessionControl = {},
): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  const restored = new Set<SessionFile>();
  let lock: Lock | undefined;
  const locked = async () => {
    if (lock) return false;
    lock = await takeLock(session.processed, `${session.name}: another "dant pixels process" is at work on it`);
    return true;
  };
  try {
    for (const recording of session.recordings) {
      for (const step of wanted) {
        if (signal?.aborted) throw abortError(signal);
        const start = performance.now();
        const event = { session: session.name, recording: recording.index, step };
        const seconds = () => (performance.now() - start) / 1000;
        let outcome: StepOutcome;
        try {
          const onProgress = (share: number) => onEvent?.({ ...event, share, seconds: seconds() });
          outcome = await doStep(session, recording, step, settings, { restored, locked, signal, onProgress });
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
  } finally {
    if (lock) await lock.release();
    else await clearAbandonedLock(session.processed);
  }
  return outcomes;
}

interface StepControl {
  /** What was unpacked by now */
  restored: Set<SessionFile>;
  /** To be called before anything is written; whether the session was free for others until then */
  locked: () => Promise<boolean>;
  signal: AbortSignal | undefined;
  onProgress: (share: number) => void;
}

async function doStep(
  session: Session,
  recording: SessionRecording,
  name: StepName,
  settings: ProcessSettings,
  { restored, locked, signal, onProgress }: StepControl,
): Promise<StepOutcome> {
  const step = steps[name];
  const look = async () => {
    const state = await readState(session);
    const plan = await planStep(session, recording, name, settings, state);
    return { ...plan, before: state[stateKey(recording, name)], settled: settledBy(plan.standing) };
  };
  let plan = await look();
  // Until it is locked another process may be at it.
  if (!plan.settled && (await locked())) plan = await look();
  if (plan.settled) return plan.settled;
  const { before, key, from } = plan;
  const start = performance.now();
  await step.before?.();
  const needed = step.inputs(recording).filter((file) => file !== undefined);
  // What was unpacked of an archive that was replaced since is not of the new one.
  const changed = changedInputs(before?.made_from, from);
  for (const file of needed) {
    const isOnlyUnpacked = file.archive && file.interim && !file.raw && !file.processed;
    if (isOnlyUnpacked && changed.has(file.name) && !restored.has(file)) delete file.interim;
  }
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
    restored.add(file);
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
  // What is there until then was made by this step, and must not be taken for what somebody else wrote.
  await writeState(session, stateKey(recording, name), entry({ result: before?.result }));
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

/** How a step ends that is not to be done; undefined: it is. */
function settledBy(standing: StepPlan['standing']): StepOutcome | undefined {
  switch (standing.kind) {
    case 'nothing':
      return { kind: 'nothing', why: standing.why };
    case 'impossible':
      return { kind: 'skipped', why: standing.why };
    case 'waiting':
      return { kind: 'skipped', why: `${standing.why}: the step sync comes first` };
    case 'done':
      return { kind: 'unchanged', said: standing.record.said };
    case 'byHand':
      return { kind: 'unchanged', said: 'the lag of lag.json is kept, which was written by hand' };
    case 'foreign':
      return {
        kind: 'failed',
        why: `${standing.file} is there but was not made by this step, or was changed since. It is kept: move it elsewhere to have it made anew.`,
      };
    default:
      return undefined;
  }
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
