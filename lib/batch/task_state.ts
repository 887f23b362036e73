import { join } from 'node:path';

import { fileError } from '../files/file_error.js';
import { readTextIfThere, replaceText } from '../files/text_file.js';
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
  /** How often a process was killed while it worked on this, most likely for memory */
  kills: number;
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
export interface TaskFacts {
  units: number;
  sessions: number;
  /** Found in more than one session */
  neurons: number;
  matchedUnits: number;
  /** Neurons by the number of sessions that they were found in: followed[k] in k sessions */
  followed: number[];
  /** Smallest and largest estimated motion over sessions and shanks, µm; null: none */
  motionUm: [number, number] | null;
  /** Share of matched pairs that is expected to be wrong; null: the method does not tell */
  falsePositiveRate: number | null;
  warnings: readonly string[];
  seconds: number;
  peakMemoryBytes: number;
}

const stateName = 'task.json';

/** Where the parts of a recording are. */
export function placesOf({ output }: Study, { id, input }: StudyRecording) {
  const folder = join(output, id);
  return {
    folder,
    /** What `dant run` takes */
    data: input.kind === 'data' ? input.folder : join(folder, 'data'),
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
