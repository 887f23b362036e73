import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

import { requireText } from '../arguments.js';
import { DantError } from '../errors.js';
import { fileError, systemFileError } from '../files/file_error.js';
import { findRawWaveforms } from './bombcell/places.js';
import { findRecording, sortingsOf } from './find_recording.js';
import { recogniseIbl } from './ibl/recognise.js';
import { readPhyParams } from './sorter_folder.js';

/** Forms of sorted sessions, by the command that imports them. */
export type SessionForm = 'kilosort' | 'nwb' | 'spikeinterface' | 'ibl' | 'bombcell' | 'matlab';

/** What somebody has. */
export interface Recognised {
  form: SessionForm;
  /** What is given to the import: the path itself, or what lies in it, in the order of names */
  paths: string[];
  /** "a SortingAnalyzer of SpikeInterface (Zarr)" */
  description: string;
  /** Of a ONE cache: those with sorted sessions */
  subjects?: string[] | undefined;
}

/** Tells what a file or folder with sorted sessions is. Rejects with DANT_DATA if it is nothing that can be imported. */
export async function recognise(path: string): Promise<Recognised> {
  requireText('path', path);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw fileError(path, 'there is no such file or folder.');
  const known = found.isDirectory() ? await recogniseFolder(path) : recogniseFile(path);
  if (known) return known;
  throw fileError(
    path,
    'this is nothing that can be imported: expected a folder of Kilosort or phy, a SortingAnalyzer or WaveformExtractor of SpikeInterface, ' +
      'NWB (.nwb, .nwb.zarr), a ONE cache of the International Brain Laboratory, RawWaveforms of Bombcell or UnitMatch beside a sorter’s files, or a spikeInfo.mat.',
  );
}

function recogniseFile(path: string): Recognised | undefined {
  const ending = extname(path).toLowerCase();
  const one = (form: SessionForm, description: string) => ({ form, paths: [path], description });
  if (ending === '.mat') return one('matlab', "DANT's spikeInfo of MATLAB");
  if (['.yaml', '.yml', '.json'].includes(ending)) return one('kilosort', 'a list of sorted sessions');
  if (ending === '.nwb') return one('nwb', 'an NWB file');
  return undefined;
}

async function recogniseFolder(folder: string): Promise<Recognised | undefined> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw systemFileError(folder, error);
  });
  const has = (...parts: string[]) => existsSync(join(folder, ...parts));
  const one = (form: SessionForm, description: string) => ({ form, paths: [folder], description });
  if (has('.zgroup')) {
    if (has('units') || has('general')) return one('nwb', 'an NWB file (Zarr)');
    return has('sorting') ? one('spikeinterface', 'a SortingAnalyzer of SpikeInterface (Zarr)') : undefined;
  }
  if (has('sorting', 'numpysorting_info.json') && has('recording_info')) {
    return one('spikeinterface', 'a SortingAnalyzer of SpikeInterface (binary_folder)');
  }
  if (has('sorting.json') && has('recording_info')) {
    return one('spikeinterface', 'a WaveformExtractor of SpikeInterface');
  }
  const ibl = await recogniseIbl(folder);
  // Sorters leave their own files beside those of a cache.
  if (ibl?.kind === 'cache') return { ...one('ibl', ibl.description), subjects: ibl.subjects };
  const known = (await recogniseSorter(folder)) ?? filesIn(folder, names);
  if (known || !ibl) return known;
  throw fileError(
    folder,
    `this is ${ibl.description}, of a session of the International Brain Laboratory. Give the folder of its session, which has a date ` +
      'and a number (…/2024-05-01/001), or the cache with all sessions.',
  );
}

/** A sorter's folder: waveforms are made of its recording, else those that Bombcell extracted are taken. */
async function recogniseSorter(session: string): Promise<Recognised | undefined> {
  const [folder, ...others] = await sortingsOf(session);
  if (folder === undefined) return undefined;
  const of = (form: SessionForm, description: string) => ({ form, paths: [session], description });
  // Of several probes; the import tells them apart, or refuses them.
  if (others.length > 0) return of('kilosort', 'sortings of Kilosort or phy');
  if (findRawWaveforms(folder) === undefined) return of('kilosort', 'a sorting of Kilosort or phy');
  try {
    await findRecording(session, folder, await readPhyParams(folder));
    return of('kilosort', 'a sorting of Kilosort or phy with its recording');
  } catch (error) {
    if (!(error instanceof DantError)) throw error;
    return of('bombcell', 'a sorting with RawWaveforms of Bombcell or UnitMatch, without its recording');
  }
}

function filesIn(folder: string, names: readonly string[]): Recognised | undefined {
  const ofEnding = (pattern: RegExp) =>
    names
      .filter((name) => pattern.test(name))
      .sort(new Intl.Collator('en', { numeric: true }).compare)
      .map((name) => join(folder, name));
  const nwb = ofEnding(/\.nwb(\.zarr)?$/i);
  if (nwb.length > 0)
    return { form: 'nwb', paths: nwb, description: `NWB files: ${nwb.map((p) => basename(p)).join(', ')}` };
  const matlab = ofEnding(/^spikeInfo.*\.mat$/i);
  if (matlab.length === 0) return undefined;
  return { form: 'matlab', paths: matlab, description: "DANT's spikeInfo of MATLAB" };
}
