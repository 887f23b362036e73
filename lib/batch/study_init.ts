import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';

import { DantError } from '../errors.js';
import { fileError, systemOutputError } from '../files/file_error.js';
import { dataFolders, sorterFolders } from '../import/find_recording.js';
import { openOneCache } from '../import/ibl/one_cache.js';
import { probesOf, sessionFiles } from '../import/ibl/session_files.js';
import type { SourceName } from './sources/kinds.js';

/** How deep below the folder of a study its sessions may lie: animal, date, number, probe, sorter and what is above. */
const levels = 8;

/** What seems to be a recording. */
interface Found {
  animal: string;
  probe: string | undefined;
  /** Key of a source, and its folder or folders, relative to the one that was searched */
  key: SourceName;
  paths: string | string[];
}

/** What a study was made of. */
export interface WrittenStudy {
  animals: number;
  sessions: number;
  dataFolders: number;
  /** Probes of subjects in a ONE cache */
  iblProbes: number;
}

/**
 * Writes the description of a study of what lies below a folder: sorted sessions and data folders, by animal and probe as their
 * paths name them, and the subjects of a ONE cache.
 * @throws DANT_DATA if there is nothing; DANT_OUTPUT if the file exists or cannot be written
 */
export async function writeStudyFile(folder: string, output: string): Promise<WrittenStudy> {
  const ibl = await iblProbes(folder);
  const isOfIbl = (path: string) => ibl.sessions.some((session) => resolve(path).startsWith(session + sep));
  const sorted = (await sorterFolders(folder, levels)).filter((path) => !isOfIbl(path));
  // What a batch has made of sessions is no input.
  const data = (await dataFolders(folder, levels)).filter((path) => !existsSync(join(dirname(path), 'task.json')));
  const found = [...ibl.found, ...arrange(folder, sorted, data)];
  if (found.length === 0) {
    throw fileError(
      folder,
      'expected sorted sessions (folders with a spike_times.npy), data folders (with a waveform_all.npy) or a ONE cache here or below, but found none.',
    );
  }
  const from = dirname(resolve(output));
  const path = (below: string) => stringify(relative(from, resolve(folder, below)) || '.').trim();
  const lines = [...head];
  for (const animal of new Set(found.map((one) => one.animal))) {
    lines.push(`  ${stringify(animal).trim()}:`);
    for (const { probe, key, paths } of found.filter((one) => one.animal === animal)) {
      const first = probe === undefined ? [] : [`probe: ${stringify(probe).trim()}`];
      const input =
        typeof paths === 'string' ? [`${key}: ${path(paths)}`] : [`${key}:`, ...paths.map((one) => `  - ${path(one)}`)];
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
    dataFolders: data.length,
    iblProbes: ibl.found.length,
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
  const groups = new Map<string, Found & { paths: string[] }>();
  for (const path of sorted.map((one) => relative(folder, one))) {
    const { animal, probe } = namesIn(path);
    const key = JSON.stringify([animal, probe]);
    const group = groups.get(key) ?? { animal, probe, key: 'sessions', paths: [] };
    group.paths.push(path);
    groups.set(key, group);
  }
  const found: Found[] = [...groups.values()];
  for (const path of data.map((one) => relative(folder, one))) {
    const { animal, probe } = namesIn(path);
    // Two data folders of one animal are two recordings; the rest of the path tells them apart.
    const rest = path.split(/[\\/]/).filter((part) => part !== animal);
    const isTaken = found.some((group) => group.animal === animal && group.probe === probe);
    found.push({
      animal,
      probe: probe ?? (isTaken ? rest.join('-') || undefined : undefined),
      key: 'data',
      paths: path,
    });
  }
  return found;
}

/** The probes of the subjects of a ONE cache, and the folders of its sessions; none if this is no cache. */
async function iblProbes(folder: string): Promise<{ found: Found[]; sessions: string[] }> {
  const probes = new Map<string, Found>();
  const sessions: string[] = [];
  const cache = await openOneCache(folder).catch((error: unknown) => {
    if (error instanceof DantError) return undefined;
    throw error;
  });
  for (const session of cache?.sessions ?? []) {
    for (const { name } of probesOf(await sessionFiles(cache!, session))) {
      const { subject } = session;
      probes.set(JSON.stringify([subject, name]), { animal: subject, probe: name, key: 'ibl', paths: '' });
      sessions.push(session.folder);
    }
  }
  return { found: [...probes.values()], sessions };
}

/** The animal and the probe in a path: the folder below "Subjects" (IBL) or the first one; "probe00", "imec0". */
function namesIn(path: string): { animal: string; probe: string | undefined } {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  const subjects = parts.findIndex((part) => /^subjects$/i.test(part));
  const animal = parts[subjects + 1] ?? 'animal1';
  const probe = /(?<![a-z])(imec\d+|probe_?\d+)(?!\d)/i.exec(path)?.[1];
  return { animal, probe };
}
