import { basename, dirname } from 'node:path';

import { DantError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { findRecording, sortingsOf } from './find_recording.js';
import type { SessionSource } from './options.js';
import { readPhyParams } from './sorter_folder.js';

/** The sessions of a probe. */
export interface ProbeSessions {
  /** As recording systems call it: imec0, ProbeA; undefined: there is one probe only */
  probe: string | undefined;
  sources: SessionSource[];
  /** Folders of each session in which files of it may lie */
  folders: string[][];
}

/**
 * Where sessions hold sortings of several probes, the sessions of each probe, by name; else all sessions. Probes are told apart by
 * the names of their recordings. Rejects with DANT_DATA if a session holds two sortings of one probe.
 */
export async function sessionsByProbe(sources: readonly SessionSource[]): Promise<ProbeSessions[]> {
  const sortings = await Promise.all(sources.map(({ folder }) => sortingsOf(folder)));
  const foldersOf = (session: number, sorter: string | undefined) => [
    sources[session]!.folder,
    ...(sorter === undefined ? [] : [sorter]),
  ];
  if (sortings.every((folders) => folders.length < 2)) {
    return [{ probe: undefined, sources: [...sources], folders: sortings.map(([sorter], s) => foldersOf(s, sorter)) }];
  }
  const probes = new Map<string, ProbeSessions>();
  for (const [s, source] of sources.entries()) {
    const seen = new Map<string, string>();
    for (const sorter of sortings[s]!) {
      const { files, isNear } = await recordingOf(source, sorter, s + 1);
      const probe = probeName(files[0]!);
      const other = probe === undefined ? sortings[s]!.find((folder) => folder !== sorter) : seen.get(probe);
      if (probe === undefined || other !== undefined) {
        throw fileError(
          `Session ${s + 1}: ${source.folder}`,
          `holds more than one sorting${probe === undefined ? '' : ` of ${probe}`}: ${sortings[s]!.join(', ')}. If they are sessions, name them all, in order of time, or let "dant import init" list them; else name the one that is wanted.`,
        );
      }
      seen.set(probe, sorter);
      const group = probes.get(probe) ?? { probe, sources: [], folders: [] };
      group.sources.push({ ...source, folder: sorter, recording: isNear ? undefined : files });
      group.folders.push(foldersOf(s, sorter));
      probes.set(probe, group);
    }
  }
  return [...probes.values()].sort((a, b) => (a.probe! < b.probe! ? -1 : 1));
}

/** As SpikeGLX and Open Ephys name it in files and folders. */
function probeName(recording: string): string | undefined {
  const spikeGlx = /\.(imec\d*)\./.exec(basename(recording))?.[1];
  return spikeGlx ?? /\b(Probe[A-Z]\d*)\b/.exec(basename(dirname(recording)))?.[1];
}

/** `isNear`: it is found from the sorter's folder, without the session's. */
async function recordingOf(
  { folder, recording }: SessionSource,
  sorter: string,
  number: number,
): Promise<{ files: readonly string[]; isNear: boolean }> {
  if (recording) return { files: recording, isNear: false };
  try {
    const params = await readPhyParams(sorter);
    try {
      return { files: (await findRecording(sorter, sorter, params)).files, isNear: true };
    } catch (error) {
      if (!(error instanceof DantError)) throw error;
      return { files: (await findRecording(folder, sorter, params)).files, isNear: false };
    }
  } catch (error) {
    if (!(error instanceof DantError)) throw error;
    throw new DantError('DANT_DATA', `Session ${number}: ${error.message}`, { cause: error });
  }
}
