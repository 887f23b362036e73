import { copyFile, chmod, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { fileError, systemFileError } from '../files/file_error.js';
import { Hdf5File } from '../files/hdf5.js';
import { addTableColumns } from '../files/hdf5_columns.js';
import { makeNewFolder } from '../files/new_folder.js';
import { unitIds } from '../import/sorted_session.js';
import { readUnitTable } from '../import/nwb/unit_table.js';
import { importedTrackedUnits, type ImportedTrackedUnit } from './tracked_units.js';

const neuronAbout = 'Neuron that this unit is, the same number in all sessions; -1: not matched, or not imported';
const confidenceAbout = 'Confidence of the neuron, 0 to 1; NaN where there is none';

/**
 * Copies the NWB files that a result's data were imported from, with the columns `tracked_neuron` (−1: none) and `match_confidence` (NaN: none)
 * in their units. Returns the copies. Rejects with DANT_DATA if the data are not of NWB files in HDF5, or these are not as they were.
 * @param output New or empty; appears whole or not at all.
 */
export async function exportToNwb(
  resultFolder: string,
  output: string,
  dataFolder: string,
): Promise<{ files: string[]; units: number }> {
  const units = await importedTrackedUnits(resultFolder, dataFolder);
  const bySession = new Map<number, ImportedTrackedUnit[]>();
  for (const unit of units) bySession.set(unit.session, [...(bySession.get(unit.session) ?? []), unit]);
  const sessions = [...bySession].sort(([a], [b]) => a - b);
  for (const [session, [first]] of sessions) await checkSource(session, first!.origin.folder);
  const names = sessions.map(([, [first]]) => basename(first!.origin.folder));
  const targets = names.map((name, s) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${sessions[s]![0]}_${name}`,
  );
  await makeNewFolder(output, async (folder) => {
    for (const [s, [, own]] of sessions.entries()) {
      const source = own[0]!.origin.folder;
      const target = join(folder, targets[s]!);
      const columns = await columnsOf(source, own);
      await copyFile(source, target);
      // The original may be protected; its copy is written to.
      await chmod(target, 0o644);
      await addTableColumns(target, 'units', columns, names[s]!);
    }
  });
  return {
    files: targets.map((name) => join(resolve(output), name)),
    units: units.filter(({ neuron }) => neuron !== undefined).length,
  };
}

async function checkSource(session: number, path: string): Promise<void> {
  let isFile: boolean;
  try {
    isFile = (await stat(path)).isFile();
  } catch (error) {
    throw systemFileError(path, error);
  }
  if (isFile && path.toLowerCase().endsWith('.nwb')) return;
  throw fileError(
    path,
    `session ${session} is of no NWB file in HDF5 (.nwb), to which neurons could be added. "dant export csv" writes a table of them.`,
  );
}

async function columnsOf(path: string, units: readonly ImportedTrackedUnit[]) {
  const file = await Hdf5File.open(path);
  let ids: number[];
  try {
    ids = unitIds((await readUnitTable(file, undefined)).ids).map(({ id }) => id);
  } finally {
    await file.close();
  }
  const neurons = new BigInt64Array(ids.length).fill(-1n);
  const confidences = new Float64Array(ids.length).fill(NaN);
  for (const { origin, neuron, confidence } of units) {
    const row = ids.indexOf(origin.clusterId);
    if (row < 0)
      throw fileError(path, `there is no unit ${origin.clusterId}, which was imported. Is it another file now?`);
    if (neuron !== undefined) neurons[row] = BigInt(neuron);
    if (confidence !== undefined) confidences[row] = confidence;
  }
  return [
    { name: 'tracked_neuron', description: neuronAbout, values: neurons },
    { name: 'match_confidence', description: confidenceAbout, values: confidences },
  ];
}
