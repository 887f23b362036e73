import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

import { DantError, abortError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { parseSpikeGlxMeta } from '../import/spikeglx_meta.js';
import { defaultBehaviourRateHz } from '../processing/behaviour.js';
import { openEphys } from '../processing/ephys_file.js';
import { statesPerMs } from '../sync/digital_signal.js';
import { findSyncLag } from '../sync/find_lag.js';
import { readTdmsSync } from '../sync/read_sync.js';
import { TdmsFile } from '../tdms/tdms_file.js';
import { ephysPaths, type Band } from './ephys_paths.js';
import { archiveError, checkMember } from './restore.js';
import { pathOf, type Session, type SessionFile, type SessionRecording } from './session.js';
import { channelsOf, type Task } from './task.js';

export interface CheckResult {
  session: string;
  /** What has to be mended, in words */
  problems: string[];
  /** What should be known */
  notes: string[];
}

/** The most of a file in an archive that is kept: a .meta is far smaller */
const mostKept = 2 ** 20;

/**
 * Reads the raw files of a session through, archives too, and writes nothing: whether they are whole, of the sizes that their .meta tell,
 * and whether sync and the channels of the task are in the behaviour. What is in an archive of a behaviour file is seen when it is restored.
 */
export async function checkSession(session: Session, task: Task, signal?: AbortSignal): Promise<CheckResult> {
  const problems: string[] = [];
  const notes = [...session.findings];
  const attempt = async (action: () => Promise<void>) => {
    if (signal?.aborted) throw abortError(signal);
    try {
      await action();
    } catch (error) {
      if (signal?.aborted || !(error instanceof DantError)) throw error;
      problems.push(error.message);
    }
  };
  const behaviours = new Set<SessionFile>();
  for (const recording of session.recordings) {
    for (const band of ['ap', 'lf'] as const) {
      await attempt(() => checkBand(session, recording, band, signal));
    }
    for (const { data, meta } of recording.cameras) {
      for (const file of [data, meta]) if (file) await attempt(() => checkPlain(file, signal));
    }
    if (recording.behaviour) behaviours.add(recording.behaviour);
    if (!recording.sorted) notes.push(`recording ${recording.index} is not sorted yet.`);
  }
  for (const file of behaviours) {
    await attempt(() => checkPlain(file, signal));
    const path = pathOf(file);
    if (path === undefined) notes.push(`${file.name} is archived: its channels are looked at when it is restored.`);
    else await attempt(() => checkBehaviour(path, task, notes, signal));
  }
  return { session: session.name, problems, notes };
}

async function checkBand(
  session: Session,
  recording: SessionRecording,
  band: Band,
  signal?: AbortSignal,
): Promise<void> {
  const [bin, meta] = band === 'ap' ? [recording.apBin, recording.apMeta] : [recording.lfBin, recording.lfMeta];
  if (!bin || !meta) return;
  if (pathOf(bin) !== undefined && pathOf(meta) !== undefined) {
    await (await openEphys(ephysPaths(session, recording, band), band)).close();
    return;
  }
  const { text } = await contentOf(meta, signal);
  const { fileSizeBytes } = parseSpikeGlxMeta(meta.archive ?? meta.name, text ?? '', band);
  const { bytes } = await contentOf(bin, signal);
  if (fileSizeBytes !== undefined && fileSizeBytes !== bytes && bin.name.endsWith('.bin')) {
    throw fileError(
      bin.archive ?? bin.name,
      `holds ${bytes} bytes but its .meta says ${fileSizeBytes}. Was it packed before it was copied whole?`,
    );
  }
}

async function checkPlain(file: SessionFile, signal?: AbortSignal): Promise<void> {
  if (pathOf(file) === undefined) await contentOf(file, signal);
}

/** The size of a file that may be in an archive, which is read to its end; and its text if it is short. */
async function contentOf(
  file: SessionFile,
  signal?: AbortSignal,
): Promise<{ bytes: number; text: string | undefined }> {
  const plain = pathOf(file);
  const path = plain ?? file.archive!;
  let bytes = 0;
  const kept: Uint8Array[] = [];
  const take = (block: Uint8Array) => {
    bytes += block.length;
    if (bytes <= mostKept) kept.push(block);
  };
  try {
    if (plain !== undefined) {
      const { size } = await stat(plain);
      if (size > mostKept) return { bytes: size, text: undefined };
      for await (const block of createReadStream(plain) as AsyncIterable<Buffer>) take(block);
    } else {
      const members = extract();
      const reading = pipeline(createReadStream(path), createGunzip({ chunkSize: mostKept }), members, { signal });
      reading.catch(() => undefined);
      for await (const member of members) {
        checkMember(path, member.header);
        if (member.header.name.replace(/^\.\//, '') !== file.name) member.resume();
        else for await (const block of member as AsyncIterable<Uint8Array>) take(block);
      }
      await reading;
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    throw archiveError(path, error);
  }
  return { bytes, text: bytes <= mostKept ? Buffer.concat(kept).toString('utf8') : undefined };
}

async function checkBehaviour(path: string, task: Task, notes: string[], signal?: AbortSignal): Promise<void> {
  const tdms = await TdmsFile.open(path);
  try {
    notes.push(...tdms.warnings);
    const missing = [...channelsOf(task), task.sync].filter((group) => !tdms.firstOf(group));
    if (missing.length > 0) {
      const groups = tdms.groups.join(', ') || 'none';
      throw fileError(path, `there is no channel ${missing.join(', ')}; there are ${groups}.`);
    }
    const states = statesPerMs(await readTdmsSync(path, tdms.firstOf(task.sync)!, defaultBehaviourRateHz, { signal }));
    // A signal that repeats itself fits to itself at other lags too.
    const { undetermined, next } = findSyncLag(states, states);
    if (undetermined === 'flat')
      throw fileError(path, `the sync signal ${task.sync} never changes. Was its cable in place?`);
    if (undetermined !== undefined) {
      throw fileError(
        path,
        `the sync signal ${task.sync} repeats itself${next ? ` (after ${Math.abs(next.lagMs)} ms)` : ''}: the lag cannot be told from it. Use random pulses.`,
      );
    }
  } finally {
    await tdms.close();
  }
}
