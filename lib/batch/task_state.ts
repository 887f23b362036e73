import { join } from 'node:path';

import { fileError } from '../files/file_error.js';
import { readTextIfThere, replaceText } from '../files/text_file.js';
import type { Verdict } from '../evidence/verdict.js';
import type { SessionsInCommon } from './strangers.js';
import type { Study, StudyRecording } from './study.js';

/** What a study knows of one of its recordings, in `task.json` of the recording's folder. */
export interface TaskState {
  /** Running, although no process holds the lock: it was killed. */
  status: 'running' | 'done' | 'failed';
  /** The study that the folder belongs to */
  study: string;
  animal: string;
  probe: string | null;
  region: string | null;
  /** What the data folder was made from; absent: it was not, or has failed. */
  importedFrom?: MadeFrom & { warnings: readonly string[] };
  /** What the result was made from; absent: there is none yet. */
  madeFrom?: MadeFrom;
  /** Why it failed */
  error?: string;
  /** How often a process was killed while it worked on this since its last success, most likely for memory */
  kills: number;
  /** It is worth another try with more memory, and none was made yet. */
  retry?: true;
  /** ISO time of the start and end of the last attempt */
  started: string;
  ended?: string;
  facts?: TaskFacts;
}

/** Hashes of inputs and settings, and the version: what was made is made again when one of them differs. */
export interface MadeFrom {
  inputs: string;
  settings: string;
  version: string;
}

/** What the summary of a study shows of a result. */
export interface TaskFacts extends ResultFacts {
  warnings: readonly string[];
  seconds: number;
  peakMemoryBytes: number;
}

export interface ResultFacts {
  units: number;
  sessions: number;
  /** Folders of the sessions; empty: not known */
  sessionNames: readonly string[];
  /** Found in more than one session */
  neurons: number;
  matchedUnits: number;
  /** Neurons by the number of sessions that they were found in: followed[k] in k sessions */
  followed: number[];
  /** Days from the first to the last session of a neuron; null: not known */
  daysFollowed: { median: number; longest: number } | null;
  /** Smallest and largest estimated motion over sessions and shanks, µm; null: none */
  motionUm: [number, number] | null;
  /** Share of matched pairs that is expected to be wrong; null: the method does not tell */
  falsePositiveRate: number | null;
  /** null: the method does not ask */
  inCommon: SessionsInCommon | null;
  /** Whether matched units fire more alike than their neighbours; null: not measured */
  intervals: { auc: number; error: number; verdict: Verdict } | null;
}

const stateName = 'task.json';

/** Where the parts of a recording are. */
export function placesOf({ output }: Study, { id, source }: StudyRecording) {
  const folder = join(output, id);
  return {
    folder,
    /** What `dant run` takes */
    data: source.folder ?? join(folder, 'data'),
    result: join(folder, 'result'),
    log: join(folder, 'log.txt'),
  };
}

/** Undefined: nothing was done yet. */
export async function readState(folder: string): Promise<TaskState | undefined> {
  const path = join(folder, stateName);
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as TaskState;
  } catch (error) {
    throw fileError(path, 'this is not what a batch has written. Delete it to do this recording again.', error);
  }
}

/** Whole or not at all. Only who holds the lock of the folder may do this. */
export async function writeState(folder: string, state: TaskState): Promise<void> {
  await replaceText(join(folder, stateName), `${JSON.stringify(state, undefined, 2)}\n`);
}
