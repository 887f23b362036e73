import { verdictOf } from '../evidence/verdict.js';
import { runTracking, track } from '../run/run.js';
import { writeEvidence } from '../run/write_evidence.js';
import { completeSettings, type Settings } from '../settings/index.js';
import { factsOf } from './facts.js';
import { sessionsInCommon, strangersText } from './strangers.js';
import type { StudyRecording } from './study.js';
import type { TaskOptions } from './task.js';
import type { ResultFacts } from './task_state.js';

/**
 * Tracks a recording, and measures the evidence where the study asks for it.
 * @param data The folder with the data
 * @param result The folder for the results, which appear whole or not at all
 */
export async function trackRecording(
  { settings: own, evidence }: StudyRecording,
  data: string,
  result: string,
  { threads, signal, onProgress }: Omit<TaskOptions, 'memoryBytes'>,
): Promise<ResultFacts & { warnings: string[] }> {
  const { settings, warnings } = completeSettings(own);
  const complete: Settings = { ...settings, path_to_data: data, output_folder: result };
  if (own.n_jobs === undefined && threads !== undefined) complete.n_jobs = threads;
  const control = (doing: string) => ({
    ...(signal && { signal }),
    onProgress: ({ stage, fraction }: { stage: string; fraction: number }) =>
      onProgress?.({ step: `${doing}: ${stage}`, fraction }),
  });
  const outcome = await runTracking(complete, { overwrite: true, warnings, ...control('tracking') });
  const facts = await factsOf(outcome.result, data);
  if (evidence) {
    const options = { threads: complete.n_jobs, ...control('evidence') };
    const { intervals } = (await writeEvidence(result, { dataFolder: data, ...options })).evidence;
    facts.intervals = intervals ? { auc: intervals.auc, error: intervals.error, verdict: verdictOf(intervals) } : null;
    // pyDANT's method does not ask which sessions share neurons; ours does.
    if (facts.inCommon === null) {
      const asked = await track({ data, settings: { ...complete, method: 'probabilistic' }, ...options });
      facts.inCommon = sessionsInCommon(asked.groups) ?? null;
    }
  }
  const strange = strangersText(facts);
  return { ...facts, warnings: [...(strange === undefined ? [] : [capital(strange)]), ...outcome.warnings] };
}

const capital = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1)}.`.replace('?.', '?');
