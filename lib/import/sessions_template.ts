import { writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { stringify } from 'yaml';

import { DantError } from '../errors.js';
import { fileError, systemOutputError } from '../files/file_error.js';
import { findRecording, sorterFolders } from './find_recording.js';
import { readPhyParams } from './sorter_folder.js';

/**
 * Writes a commented file that lists the sortings below a folder, each with the recording that was found for it. Rejects with
 * DANT_DATA if there are none, with DANT_OUTPUT if the file exists or cannot be written.
 */
export async function writeSessionsFile(
  folder: string,
  output: string,
): Promise<{ sessions: number; withoutRecording: number }> {
  const folders = await sorterFolders(folder);
  if (folders.length === 0) {
    throw fileError(folder, 'expected folders of Kilosort or phy here or below, but found no spike_times.npy.');
  }
  const lines = [
    '# Sessions for "dant import kilosort". Put them in order of time, and take out what is not wanted.',
    '# All are of one probe: of days that hold several, list the folder of the day, or make a file for each probe.',
    '# Each needs its folder; the other keys only where they say something that cannot be found:',
    '#   recording: the raw file, or a list of files in sequence',
    '#   labels: a table with cluster_id and label, instead of the labels of phy and Kilosort',
    '#   uv_per_bit: µV of a count, where nothing beside the recording tells',
    '#   events: a table with time_s or time_ms, and event, condition; or times in a .npy',
    '#   split_at: seconds at which days that were sorted in one go begin, [3600, 7200], or files: they are its raw files',
    'sessions:',
  ];
  let withoutRecording = 0;
  const from = dirname(resolve(output));
  const entry = (key: string, path: string) => `${key}: ${stringify(relative(from, resolve(path)) || '.').trim()}`;
  for (const sorter of folders) {
    const recording = await recordingOf(sorter);
    lines.push(`  - ${entry('folder', sorter)}`);
    if (recording?.length === 1) lines.push(`    # found: ${relative(from, resolve(recording[0]!))}`);
    else if (recording) lines.push(`    # found: ${recording.length} files in sequence`);
    else {
      withoutRecording++;
      lines.push('    recording: # not found; write its path here');
    }
  }
  try {
    await writeFile(output, `${lines.join('\n')}\n`, { flag: 'wx' });
  } catch (error) {
    throw systemOutputError(output, error);
  }
  return { sessions: folders.length, withoutRecording };
}

async function recordingOf(sorter: string): Promise<string[] | undefined> {
  try {
    return (await findRecording(sorter, sorter, await readPhyParams(sorter))).files;
  } catch (error) {
    if (error instanceof DantError) return undefined;
    throw error;
  }
}
