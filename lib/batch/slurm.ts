import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DantError } from '../errors.js';
import { fileError, systemOutputError } from '../files/file_error.js';
import { readTextIfThere, replaceText } from '../files/text_file.js';
import { estimateMinutes } from './estimate.js';
import { breakLock } from './lock.js';
import { planBatch } from './plan_batch.js';
import type { Study, StudyRecording } from './study.js';
import { noteKill } from './task.js';
import { placesOf, readState } from './task_state.js';

export interface SlurmOptions {
  /** Of `sbatch`; default: that of the cluster */
  partition?: string | undefined;
  /** Limit per recording, as `sbatch --time` takes it; default: from an estimate */
  time?: string | undefined;
  /** Processors per recording */
  cpus: number;
  /** Recordings that run at once; default: as many as the cluster lets */
  atOnce?: number | undefined;
  /** Further arguments of `sbatch` */
  extra: readonly string[];
}

/** What was submitted for a study, in `slurm/jobs.json` of its output folder. */
interface Submission {
  /** Numbers of the job arrays, and of the job that follows them */
  jobs: string[];
  summaryJob: string;
  /** Of the recordings */
  ids: string[];
  options: SlurmOptions;
  submitted: string;
}

export interface Submitted {
  recordings: number;
  jobs: string[];
  summaryJob: string | undefined;
  /** Those that cannot be begun, and why */
  impossible: Map<StudyRecording, string>;
}

const gigabyte = 1e9;
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/**
 * Submits what has to be done for a study: one job array for each amount of memory, and a job that waits for them, tries those
 * again that were killed for memory, and writes the summary.
 * @throws DANT_OUTPUT if jobs of the study are waiting or running, or Slurm refuses
 */
export async function submitStudy(study: Study, options: SlurmOptions, only = study.recordings): Promise<Submitted> {
  const active = await activeJobs(study);
  if (active.length > 0) {
    throw new DantError(
      'DANT_OUTPUT',
      `Jobs of this study are waiting or running (${active.join(', ')}). "dant batch status" shows them; "dant batch cancel" ends them.`,
    );
  }
  return submit(study, options, only);
}

async function submit(study: Study, options: SlurmOptions, only: StudyRecording[]): Promise<Submitted> {
  const byMemory = new Map<number, { id: string; index: number; minutes: number }[]>();
  const impossible = new Map<StudyRecording, string>();
  for (const [recording, plan] of await planBatch(study, only)) {
    if (plan.kind === 'impossible') impossible.set(recording, plan.why);
    if (plan.kind !== 'import' && plan.kind !== 'track') continue;
    // Arrays have one limit for all their tasks: powers of two, so that there are few arrays.
    const gb = 2 ** Math.max(0, Math.ceil(Math.log2(plan.memoryBytes / gigabyte)));
    const task = {
      id: recording.id,
      index: study.recordings.indexOf(recording) + 1,
      minutes: await estimateMinutes(recording),
    };
    byMemory.set(gb, [...(byMemory.get(gb) ?? []), task]);
  }
  const tasks = [...byMemory.values()].flat().length;
  if (tasks === 0) return { recordings: 0, jobs: [], summaryJob: undefined, impossible };
  const folder = join(study.output, 'slurm');
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw systemOutputError(folder, error);
  }
  const common = [
    ...['--parsable', '--requeue', '--open-mode=append', `--chdir=${study.output}`],
    ...(options.partition === undefined ? [] : [`--partition=${options.partition}`]),
    ...options.extra,
  ];
  const jobs: string[] = [];
  try {
    for (const [gb, list] of byMemory) {
      const indices = list.map(({ index }) => index).join(',');
      const minutes = Math.max(...list.map((task) => task.minutes));
      const limits = [
        `--array=${indices}${options.atOnce === undefined ? '' : `%${options.atOnce}`}`,
        ...[`--mem=${gb}G`, `--time=${options.time ?? minutes}`, `--cpus-per-task=${options.cpus}`],
        ...['--job-name=dant', `--output=${join(folder, '%A_%a.txt')}`],
      ];
      jobs.push(
        await sbatch(
          [...common, ...limits],
          [
            ...['task', study.file, '$SLURM_ARRAY_TASK_ID'],
            ...['--threads', String(options.cpus), '--memory', String(gb)],
          ],
        ),
      );
    }
    const after = [
      ...[`--dependency=afterany:${jobs.join(':')}`, '--mem=1G', '--time=30', '--cpus-per-task=1'],
      ...['--job-name=dant-summary', `--output=${join(folder, 'summary_%j.txt')}`],
    ];
    const summaryJob = await sbatch([...common, ...after], ['finish', study.file]);
    const ids = [...byMemory.values()].flat().map(({ id }) => id);
    await writeSubmission(study, { jobs, summaryJob, ids, options, submitted: new Date().toISOString() });
    return { recordings: tasks, jobs, summaryJob, impossible };
  } catch (error) {
    // Half a submission would run without its end.
    if (jobs.length > 0) await run('scancel', jobs).catch(() => undefined);
    throw error;
  }
}

/**
 * What follows the jobs of a study: those that were killed are submitted again, once, with twice the memory; those that turned
 * out to need more than was estimated, with that.
 * @returns What was submitted again; undefined: nothing had to be
 */
export async function resubmit(study: Study): Promise<Submitted | undefined> {
  const { options, ids } = (await readSubmission(study)) ?? {};
  if (!options) return undefined;
  const again: StudyRecording[] = [];
  for (const recording of study.recordings.filter(({ id }) => ids!.includes(id))) {
    const { folder } = placesOf(study, recording);
    const state = await readState(folder);
    if (state === undefined || state.status === 'running') {
      // All jobs have ended, so nobody is at work on it, whatever the age of its lock.
      await breakLock(folder);
      await noteKill(study, recording, 'its job was killed, most likely because memory or time ran out');
    }
    if ((await readState(folder))?.retry) again.push(recording);
  }
  return again.length === 0 ? undefined : submit(study, options, again);
}

/** Numbers of the study's jobs that wait or run, with the state that Slurm names. */
export async function jobStates(study: Study): Promise<Map<string, string>> {
  const submission = await readSubmission(study);
  if (!submission) return new Map();
  const jobs = [...submission.jobs, submission.summaryJob];
  // Slurm forgets ended jobs after some minutes and then calls their numbers invalid.
  const lines = await Promise.all(
    jobs.map((job) => run('squeue', ['--noheader', '--array', '--format=%i %T', `--jobs=${job}`]).catch(() => '')),
  );
  return new Map(
    lines
      .join('\n')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.trim().split(/\s+/) as [string, string]),
  );
}

/** Ends the study's jobs; returns their numbers. */
export async function cancelJobs(study: Study): Promise<string[]> {
  const active = await activeJobs(study);
  if (active.length > 0) await run('scancel', active);
  return active;
}

async function activeJobs(study: Study): Promise<string[]> {
  const own = process.env.SLURM_JOB_ID;
  const states = await jobStates(study);
  return [...new Set([...states.keys()].map((id) => id.replace(/_.*/, '')))].filter((id) => id !== own);
}

/** Submits a script that runs `dant batch …`; returns its number. */
async function sbatch(options: readonly string[], command: readonly string[]): Promise<string> {
  const words = [process.execPath, main, 'batch', ...command].map(shellWord).join(' ');
  const printed = await run('sbatch', options, `#!/bin/bash\nexec ${words}\n`);
  // "1234" or "1234;cluster"
  return printed.trim().split(/[;\n]/).at(0)!;
}

const shellWord = (word: string) => (word.startsWith('$') ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`);

function run(program: string, args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        const advice = 'Slurm’s commands must be on the PATH: try this on a login node of the cluster.';
        reject(new DantError('DANT_OUTPUT', `${program} was not found. ${advice}`, { cause: error }));
      } else reject(new DantError('DANT_OUTPUT', `${program}: ${stderr.trim() || error.message}`, { cause: error }));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

const submissionFile = (study: Study) => join(study.output, 'slurm', 'jobs.json');

const writeSubmission = (study: Study, submission: Submission) =>
  replaceText(submissionFile(study), `${JSON.stringify(submission, undefined, 2)}\n`);

async function readSubmission(study: Study): Promise<Submission | undefined> {
  const path = submissionFile(study);
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Submission;
  } catch (error) {
    throw fileError(path, `could not be read: ${(error as Error).message}`, error);
  }
}
