import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

import { readNpyShape } from '../../files/npy.js';
import { findSorterFolder, recordingOf } from '../../import/find_recording.js';
import { importSessions } from '../../import/import_sessions.js';
import { labelsIn, readLabelTables } from '../../import/labels.js';
import { waveformSamples } from '../../import/mean_waveforms.js';
import { importDefaults, type ImportOptions, type SessionSource } from '../../import/options.js';
import { parseSessions, sessionSchema } from '../../import/sessions_file.js';
import { readClusterTable } from '../../import/tables.js';
import { importFile } from '../../import/units_table.js';
import { entries, forEachSession, inFolder } from './files.js';
import type { InputFile, RecordingSize, SourceKind } from './source.js';

/** `sessions: [folder, …]`: sorted by Kilosort or phy, each as in a file of sessions */
export const sorterSessionsKind: SourceKind<z.infer<typeof sessionSchema>[]> = {
  about: 'folders of the sorter',
  schema: z.array(sessionSchema).min(1),
  open(value, { from }) {
    const sessions = parseSessions(value, from);
    return {
      description: sessions,
      parts: sessions.map(({ folder }) => folder),
      files: (dataFolder) => sessionFiles(sessions, dataFolder),
      import: (output, options, control) => importSessions(sessions, output, options, control),
      size: (options) => sizeOf(sessions, options),
      rawBytes: () => rawBytes(sessions),
    };
  },
};

const sorterFile = /\.(npy|tsv|csv|py)$/;
const besideRaw = /\.(meta|ch|oebin|xml)$/;

async function sessionFiles(sessions: readonly SessionSource[], dataFolder: string): Promise<InputFile[]> {
  const ofSorter = await forEachSession(sessions, async ({ folder, labelTable, events }) => {
    const sorter = await findSorterFolder(folder);
    // What phy keeps of an extraction changes when somebody looks at the units.
    const names = (await entries(sorter)).filter((name) => sorterFile.test(name) && !name.startsWith('_phy'));
    const tables = [labelTable, events].filter((path) => path !== undefined);
    return [...inFolder(sorter, names), ...tables.map((path) => ({ path, hasHeader: true }))];
  });
  const raw = await rawFiles(dataFolder);
  const beside = await Promise.all(
    [...new Set(raw.map((path) => dirname(path)))].map(async (folder) =>
      inFolder(
        folder,
        (await entries(folder)).filter((name) => besideRaw.test(name)),
      ),
    ),
  );
  return [...ofSorter.flat(), ...raw.map((path) => ({ path, hasHeader: true })), ...beside.flat()];
}

/** The raw files that an earlier import read. */
async function rawFiles(dataFolder: string): Promise<string[]> {
  try {
    const { sessions } = JSON.parse(await readFile(join(dataFolder, importFile), 'utf8')) as {
      sessions: { recording: string[] }[];
    };
    return sessions.flatMap(({ recording }) => recording);
  } catch {
    return []; // nothing was imported yet
  }
}

/** Units of a sorting that no table labels. */
const unknownUnits = 500;

async function sizeOf(sessions: readonly SessionSource[], { labels }: ImportOptions): Promise<RecordingSize> {
  const size = { units: 0, channels: 0, samples: waveformSamples, spikes: 0 };
  await forEachSession(sessions, async ({ folder, labelTable }) => {
    const sorter = await findSorterFolder(folder);
    const [channels = 0] = await readNpyShape(join(sorter, 'channel_map.npy'));
    const [spikes = 0] = await readNpyShape(join(sorter, 'spike_times.npy'));
    size.channels = Math.max(size.channels, channels);
    size.spikes += spikes;
    size.units += await labelledUnits(sorter, labelTable, labels ?? importDefaults.labels);
  });
  return size;
}

async function labelledUnits(
  sorter: string,
  labelTable: string | undefined,
  labels: readonly string[],
): Promise<number> {
  const table = labelTable === undefined ? undefined : await readClusterTable(labelTable);
  const tables = table ? [table] : await readLabelTables(sorter);
  const ids = new Set(tables.flatMap(({ rows }) => [...rows.keys()]));
  if (ids.size === 0) return unknownUnits;
  if (table) return ids.size;
  const labelOf = labelsIn(tables);
  return [...ids].filter((id) => labels.includes(labelOf(id))).length;
}

async function rawBytes(sessions: readonly SessionSource[]): Promise<number> {
  let bytes = 0;
  for (const { folder, recording } of sessions) {
    for (const file of recording ?? (await recordingOf(await findSorterFolder(folder))) ?? []) {
      bytes += await stat(file).then(
        ({ size }) => size,
        () => 0,
      );
    }
  }
  return bytes;
}
