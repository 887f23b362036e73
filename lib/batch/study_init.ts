import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { stringify } from 'yaml';

import { fileError, systemOutputError } from '../files/file_error.js';
import { dataFolders, sorterFolders } from '../import/find_recording.js';

/** How deep below the folder of a study its sessions may lie: animal, date, number, probe, sorter and what is above. */
const levels = 8;

/** Sessions or a data folder that seem to belong together. */
interface Found {
  animal: string;
  probe: string | undefined;
  /** Relative to the folder that was searched, in order of their names */
  sessions: string[];
  data: string | undefined;
}

/**
 * Writes the description of a study of what lies below a folder: sorted sessions and data folders, by animal and probe as their
 * paths name them.
 * @throws DANT_DATA if there is nothing; DANT_OUTPUT if the file exists or cannot be written
 */
export async function writeStudyFile(
  folder: string,
  output: string,
): Promise<{ animals: number; sessions: number; dataFolders: number }> {
  const [sorted, data] = [await sorterFolders(folder, levels), await dataFolders(folder, levels)];
  // What a batch has made of sessions is no input.
  const own = data.filter((path) => !existsSync(join(dirname(path), 'task.json')));
  const found = arrange(folder, sorted, own);
  if (found.length === 0) {
    throw fileError(
      folder,
      'expected sorted sessions (folders with a spike_times.npy) or data folders (with a waveform_all.npy) here or below, but found none.',
    );
  }
  const from = dirname(resolve(output));
  const path = (below: string) => stringify(relative(from, resolve(folder, below)) || '.').trim();
  const lines = [...head];
  for (const animal of new Set(found.map((one) => one.animal))) {
    lines.push(`  ${stringify(animal).trim()}:`);
    for (const { probe, sessions, data: dataFolder } of found.filter((one) => one.animal === animal)) {
      const first = probe === undefined ? [] : [`probe: ${stringify(probe).trim()}`];
      const input =
        dataFolder === undefined
          ? ['sessions:', ...sessions.map((session) => `  - ${path(session)}`)]
          : [`data: ${path(dataFolder)}`];
      lines.push(...[...first, ...input].map((line, at) => `    ${at === 0 ? '- ' : '  '}${line}`));
    }
  }
  try {
    await writeFile(output, `${lines.join('\n')}\n`, { flag: 'wx' });
  } catch (error) {
    throw systemOutputError(output, error);
  }
  return {
    animals: new Set(found.map(({ animal }) => animal)).size,
    sessions: sorted.length,
    dataFolders: own.length,
  };
}

const head = [
  '# A study for "dant batch": what is tracked together, animal by animal. Check the animals and the order of the sessions',
  '# (in time), and take out what is not wanted. Paths are relative to this file.',
  'output: tracked          # everything that is made goes there',
  'defaults:',
  '  # How sessions are read: labels, min_spikes, min_rate_hz, min_amplitude_uv, max_missing, spikes_per_unit, seed',
  '  import:',
  '    labels: [good]',
  '  # Settings as in a settings.json ("dant init" writes one with all of them). Each recording can have its own too.',
  '  settings: {}',
  'animals:',
  '  # Several probes or regions of an animal: give each its "probe" or "region".',
];

function arrange(folder: string, sorted: readonly string[], data: readonly string[]): Found[] {
  const groups = new Map<string, Found>();
  for (const path of sorted.map((one) => relative(folder, one))) {
    const { animal, probe } = namesIn(path);
    const key = JSON.stringify([animal, probe]);
    const group = groups.get(key) ?? { animal, probe, sessions: [], data: undefined };
    group.sessions.push(path);
    groups.set(key, group);
  }
  for (const path of data.map((one) => relative(folder, one))) {
    const { animal, probe } = namesIn(path);
    // Two data folders of one animal are two recordings; the rest of the path tells them apart.
    const rest = path.split(/[\\/]/).filter((part) => part !== animal);
    const isTaken = [...groups.values()].some((group) => group.animal === animal && group.probe === probe);
    const name = probe ?? (isTaken ? rest.join('-') || undefined : undefined);
    groups.set(JSON.stringify([animal, path]), { animal, probe: name, sessions: [], data: path });
  }
  return [...groups.values()];
}

/** The animal and the probe in a path: the folder below "Subjects" (IBL) or the first one; "probe00", "imec0". */
function namesIn(path: string): { animal: string; probe: string | undefined } {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  const subjects = parts.findIndex((part) => /^subjects$/i.test(part));
  const animal = parts[subjects + 1] ?? 'animal1';
  const probe = /(?<![a-z])(imec\d+|probe_?\d+)(?!\d)/i.exec(path)?.[1];
  return { animal, probe };
}
