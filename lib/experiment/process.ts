import {
  allowOneOf,
  checkSteering,
  requireInteger,
  requireObject,
  requireOptions,
  requireText,
  requireTexts,
} from '../arguments.js';
import { runInProcess, withoutWord } from '../batch/run_in_process.js';
import { DantError, abortError, argumentError } from '../errors.js';
import { resamplingMethods } from '../processing/resample.js';
import { openExperiment, sessionByName, type ExperimentOptions } from './folders.js';
import { processSession, type StepEvent } from './process_session.js';
import type { Experiment, Session } from './session.js';
import { stepNames, steps, type ProcessSettings, type StepName } from './steps.js';
import { parseTask, presetTasks } from './task.js';

export interface ProcessOptions extends ExperimentOptions {
  /** Only sessions of these names. Default: all */
  sessions?: readonly string[] | undefined;
  /** Default: those that are done unless others are asked for */
  steps?: readonly StepName[] | undefined;
  settings?: Partial<ProcessSettings> | undefined;
  /** Sessions at once, each in a process of its own. Default: 1 */
  jobs?: number | undefined;
}

export interface ProcessControl {
  signal?: AbortSignal | undefined;
  onEvent?: ((event: StepEvent) => void) | undefined;
  /** All steps that are looked at, before the first */
  onStart?: ((experiment: Experiment, steps: readonly StepName[]) => void) | undefined;
}

export interface ProcessSummary {
  done: number;
  unchanged: number;
  /** There was no cause to do them */
  nothing: number;
  skipped: number;
  failed: number;
}

/** What a process of its own is sent. */
export interface SessionJob {
  session: Session;
  steps: readonly StepName[];
  settings: ProcessSettings;
}

/** What it tells. */
export type WorkerMessage = { kind: 'event'; event: StepEvent } | { kind: 'error'; message: string };

export const defaultSettings: ProcessSettings = {
  task: presetTasks.none!,
  lfp: { method: 'polyphase', reference: 'none' },
};

/**
 * Processes the sessions of an experiment, step by step; what was done with the same inputs and settings is not done again. What fails
 * is told, and stops nothing else.
 * @throws DANT_DATA if there is no such experiment, DANT_ARGUMENT for sessions or steps that there are not.
 */
export async function processExperiment(
  folder: string,
  options: ProcessOptions = {},
  control: ProcessControl = {},
): Promise<ProcessSummary> {
  options = requireOptions('options', options);
  const { signal, onEvent, onStart } = checkedControl(control);
  requireText('folder', folder);
  const settings = settingsOf(options);
  const experiment = await openExperiment(folder, options);
  const wanted = stepsInOrder(options.steps);
  for (const name of options.sessions ?? []) sessionByName(experiment, name);
  const sessions = experiment.sessions.filter(({ name }) => options.sessions?.includes(name) ?? true);
  onStart?.({ ...experiment, sessions }, wanted);
  const summary: ProcessSummary = { done: 0, unchanged: 0, nothing: 0, skipped: 0, failed: 0 };
  const told = {
    signal,
    onEvent: (event: StepEvent) => {
      if (event.outcome) summary[event.outcome.kind]++;
      onEvent?.(event);
    },
  };
  const jobs = Math.max(1, Math.min(options.jobs ?? 1, sessions.length));
  const waiting = [...sessions];
  const work = async () => {
    for (let session = waiting.shift(); session; session = waiting.shift()) {
      if (signal?.aborted) throw abortError(signal);
      if (jobs === 1) await processSession(session, wanted, settings, told);
      else await inProcess({ session, steps: wanted, settings }, told);
    }
  };
  // Not before all processes have ended.
  const ends = await Promise.allSettled(Array.from({ length: jobs }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return summary;
}

function checkedControl(control: ProcessControl): ProcessControl {
  const { signal, onEvent, onStart }: ProcessControl = requireOptions('control', control);
  checkSteering({ signal });
  for (const [name, value] of Object.entries({ onEvent, onStart })) {
    if (value !== undefined && typeof value !== 'function') throw argumentError(name, 'a function', value);
  }
  return { signal, onEvent, onStart };
}

/** The settings of all steps; what else there is in the options is checked too. */
function settingsOf({ sessions, steps, jobs = 1, settings }: ProcessOptions): ProcessSettings {
  if (sessions !== undefined) requireTexts('sessions', sessions);
  if (steps !== undefined) requireTexts('steps', steps);
  requireInteger('jobs', jobs, 1);
  const { task = defaultSettings.task, lfp = defaultSettings.lfp } = requireOptions('settings', settings);
  const { method, reference } = requireObject('lfp', lfp);
  allowOneOf('method', method, resamplingMethods);
  allowOneOf('reference', reference, ['none', 'median']);
  try {
    return { task: parseTask('settings.task', requireObject('task', task)), lfp };
  } catch (error) {
    throw new DantError('DANT_ARGUMENT', (error as Error).message, { cause: error });
  }
}

function stepsInOrder(names: readonly StepName[] | undefined): StepName[] {
  const unknown = names?.find((name) => !Object.hasOwn(steps, name));
  if (unknown !== undefined) {
    throw new DantError('DANT_ARGUMENT', `There is no step called ${unknown}. The steps are: ${stepNames.join(', ')}.`);
  }
  return stepNames.filter((name) => names?.includes(name) ?? steps[name].byDefault);
}

// Also from the bundle of the command, and from the sources in a test
const workerFile = new URL('../../dist/experiment/process_worker.js', import.meta.url);

/** Does a session in a process of its own. One that dies is told as a failure of its session. */
async function inProcess(
  job: SessionJob,
  { signal, onEvent }: { signal: AbortSignal | undefined; onEvent: (event: StepEvent) => void },
): Promise<void> {
  let problem: string | undefined;
  let last: StepEvent = { session: job.session.name, recording: 0, step: job.steps[0] ?? 'sync', seconds: 0 };
  const end = await runInProcess<WorkerMessage>(workerFile, {
    job,
    signal,
    onMessage: (message) => {
      if (message.kind === 'event') onEvent((last = message.event));
      else problem = message.message;
    },
  });
  if (signal?.aborted) throw abortError(signal);
  if (end.problem !== undefined) problem = end.problem;
  else if (end.code !== 0) problem ??= withoutWord(end);
  if (problem === undefined) return;
  const { session, recording, step, seconds } = last;
  onEvent({ session, recording, step, seconds, outcome: { kind: 'failed', why: problem } });
}
