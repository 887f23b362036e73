import { copyFile, chmod, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { requireOptions, requireText, requireTexts } from '../arguments.js';
import { fileError, systemFileError } from '../files/file_error.js';
import { Hdf5File } from '../files/hdf5.js';
import { makeNewFolder } from '../files/new_folder.js';
import { addTableColumns } from '../files/nwb_table.js';
import { unitIds } from '../import/sorted_session.js';
import { readUnitTable } from '../import/nwb/unit_table.js';
import { neuronColumns } from './nwb_columns.js';
import { writeNwbSessions } from './nwb_sessions.js';
import { importedTrackedUnits, type ImportedTrackedUnit } from './tracked_units.js';

export interface NwbExportOptions {
  /**
   * When the sessions began that are of no NWB file, in their order: ISO 8601 with the time zone, "2024-05-01T09:30:00+02:00". Every NWB file has
   * such a time.
   */
  sessionStarts?: readonly string[] | undefined;
}

/** A session of a result, and the file that it gets. */
export interface ExportedSession {
  session: number;
  units: readonly ImportedTrackedUnit[];
  /** Where it was imported from */
  source: string;
  /** Name of its file */
  name: string;
}

/**
 * Writes an NWB file of each session of a result, with the columns `tracked_neuron` (−1: none) and `match_confidence` (NaN: none) in its units: a
 * copy of the file that the session was imported from, or a new one with the imported units, their spikes and mean waveforms. Returns the files.
 * Rejects with DANT_DATA if the data were not imported or a source is not as it was, DANT_ARGUMENT if it is not told when a session began.
 * @param output New or empty; appears whole or not at all.
 */
export async function exportToNwb(
  resultFolder: string,
  output: string,
  dataFolder: string,
  options?: NwbExportOptions,
): Promise<{ files: string[]; units: number }> {
  requireText('output', output);
  requireText('dataFolder', dataFolder);
  const { sessionStarts = [] } = requireOptions('options', options);
  requireTexts('sessionStarts', sessionStarts);
  const units = await importedTrackedUnits(resultFolder, dataFolder);
  const sessions = sessionsOf(units);
  const isCopied = await Promise.all(sessions.map(({ source }) => isNwbFile(source)));
  await makeNewFolder(output, async (folder) => {
    for (const { source, name, units: own } of sessions.filter((_, s) => isCopied[s])) {
      const target = join(folder, name);
      const columns = await columnsOf(source, own);
      await copyFile(source, target);
      // The original may be protected; its copy is written to.
      await chmod(target, 0o644);
      await addTableColumns(target, 'units', columns, basename(source));
    }
    const others = sessions.filter((_, s) => !isCopied[s]);
    if (others.length > 0) await writeNwbSessions(folder, others, { resultFolder, dataFolder, sessionStarts });
  });
  return {
    files: sessions.map(({ name }) => join(resolve(output), name)),
    units: units.filter(({ neuron }) => neuron !== undefined).length,
  };
}

function sessionsOf(units: readonly ImportedTrackedUnit[]): ExportedSession[] {
  const bySession = new Map<number, ImportedTrackedUnit[]>();
  for (const unit of units) bySession.set(unit.session, [...(bySession.get(unit.session) ?? []), unit]);
  const sessions = [...bySession]
    .sort(([a], [b]) => a - b)
    .map(([session, own]) => ({ session, units: own, source: own[0]!.origin.folder }));
  const names = sessions.map(({ source }) => `${basename(source).replace(/\.(nwb(\.zarr)?|zarr|mat)$/i, '')}.nwb`);
  return sessions.map((session, s) => {
    const isAlone = names.indexOf(names[s]!) === names.lastIndexOf(names[s]!);
    return { ...session, name: isAlone ? names[s]! : `${session.session}_${names[s]!}` };
  });
}

/** Whether a session is of an NWB file in HDF5, which must be there then. */
async function isNwbFile(path: string): Promise<boolean> {
  if (!path.toLowerCase().endsWith('.nwb')) return false;
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    throw systemFileError(path, error);
  }
}

async function columnsOf(path: string, units: readonly ImportedTrackedUnit[]) {
  const file = await Hdf5File.open(path);
  let ids: number[];
  try {
    ids = unitIds((await readUnitTable(file, undefined)).ids).map(({ id }) => id);
  } finally {
    await file.close();
  }
  const rows: Pick<ImportedTrackedUnit, 'neuron' | 'confidence'>[] = ids.map(() => ({
    neuron: undefined,
    confidence: undefined,
  }));
  for (const { origin, neuron, confidence } of units) {
    const row = ids.indexOf(origin.clusterId);
    if (row < 0)
      throw fileError(path, `there is no unit ${origin.clusterId}, which was imported. Is it another file now?`);
    rows[row] = { neuron, confidence };
  }
  return neuronColumns(rows);
}
