import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { readNumeric } from '../../dataset/numeric_file.js';
import { fileError } from '../../files/file_error.js';
import { readNpy } from '../../files/npy.js';
import { readJson } from '../../files/text_file.js';
import type { AnalyzerStore } from './analyzer_store.js';
import { inUv, templateNames, templatesMissing } from './extension.js';
import { recordingInfo } from './recording_info.js';
import { readSpikeRecords } from './spike_records.js';

/** A SortingAnalyzer in a folder of .npy and .json files. Rejects with DANT_DATA. */
export async function openFolderAnalyzer(folder: string): Promise<AnalyzerStore> {
  const at = (...names: string[]) => join(folder, ...names);
  const extensions = existsSync(at('extensions')) ? (await readdir(at('extensions'))).sort() : [];
  const extension = templateNames.find((name) => existsSync(at('extensions', name, 'average.npy')));
  if (extension === undefined) throw templatesMissing(folder, extensions);
  const random = await jsonIfThere(at('extensions', 'random_spikes', 'params.json'));
  const most = random?.max_spikes_per_unit;
  const info = await jsonIfThere(at('spikeinterface_info.json'));
  return {
    format: 'binary_folder',
    version: typeof info?.version === 'string' ? info.version : undefined,
    isInUv: inUv(at('settings.json'), await json(at('settings.json'))),
    mostAveraged: typeof most === 'number' ? most : undefined,
    sparsity: existsSync(at('sparsity_mask.npy'))
      ? ((await readNpy(at('sparsity_mask.npy'))).data as ArrayLike<number>)
      : undefined,
    ...(await commonOf(folder, at('extensions', extension, 'average.npy'), at('extensions', extension, 'params.json'))),
    ...(await sortingOf(at('sorting'))),
  };
}

/**
 * A folder of the older WaveformExtractor, which holds no spikes: they are in the sorting that its sorting.json names, or in `sorting`.
 * Rejects with DANT_DATA.
 */
export async function openWaveformExtractor(folder: string, sorting?: string): Promise<AnalyzerStore> {
  const at = (...names: string[]) => join(folder, ...names);
  const params = await json(at('params.json'));
  const most = params.max_spikes_per_unit;
  if (!existsSync(at('templates_average.npy'))) {
    throw fileError(
      folder,
      'there is no templates_average.npy. In Python: extractor.precompute_template(["average"]).',
    );
  }
  const own = await sortingOf(sorting ?? (await originalSorting(folder)));
  return {
    format: 'WaveformExtractor',
    version: undefined,
    isInUv: inUv(at('params.json'), params),
    mostAveraged: typeof most === 'number' ? most : undefined,
    ...(await commonOf(folder, at('templates_average.npy'), at('params.json'))),
    ...own,
    sparsity: await extractorSparsity(at('sparsity.json'), own.unitIds),
  };
}

async function commonOf(folder: string, templates: string, params: string) {
  const { ms_before: msBefore } = await json(params);
  if (typeof msBefore !== 'number') throw fileError(params, 'there is no ms_before.');
  const info = join(folder, 'recording_info');
  const attributes = await json(join(info, 'recording_attributes.json'));
  const { data, shape } = await readNumeric(templates);
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return {
    folder,
    msBefore,
    recording: recordingInfo(info, attributes, await jsonIfThere(join(info, 'probegroup.json'))),
    templateShape: shape,
    template: (unit: number) => Promise.resolve(data.subarray(unit * size, (unit + 1) * size) as Float64Array),
  };
}

/** What a saved sorting of SpikeInterface holds (NumpyFolder). */
async function sortingOf(folder: string) {
  const path = join(folder, 'numpysorting_info.json');
  const { unit_ids: ids } = await json(path);
  if (!Array.isArray(ids)) throw fileError(path, 'there are no unit_ids.');
  const properties = join(folder, 'properties');
  return {
    unitIds: ids as (string | number)[],
    properties: existsSync(properties)
      ? (await readdir(properties)).flatMap((name) => /^(.*)\.npy$/.exec(name)?.[1] ?? []).sort()
      : [],
    property: async (name: string) => {
      const { data } = await readNpy(join(properties, `${name}.npy`));
      return Array.isArray(data) ? data : undefined;
    },
    spikes: () => readSpikeRecords(join(folder, 'spikes.npy')),
  };
}

async function originalSorting(folder: string): Promise<string> {
  const path = join(folder, 'sorting.json');
  const { kwargs } = await json(path);
  const named = (kwargs as { folder_path?: unknown } | undefined)?.folder_path;
  const places =
    typeof named === 'string' ? [resolve(folder, named), resolve(folder, '..', named), resolve(named)] : [];
  const found = places.find((place) => existsSync(join(place, 'numpysorting_info.json')));
  if (found !== undefined) return found;
  throw fileError(
    path,
    `the spikes are in the sorting ${typeof named === 'string' ? named : 'of another kind'}, which is not there. ` +
      'Say where it is (--sorting), as sorting.save(folder=…) writes it.',
  );
}

/** (units, channels) */
async function extractorSparsity(path: string, unitIds: readonly (string | number)[]): Promise<Uint8Array | undefined> {
  const sparsity = await jsonIfThere(path);
  if (sparsity === undefined) return undefined;
  const channels = sparsity.channel_ids as (string | number)[];
  const ofUnits = sparsity.unit_id_to_channel_ids as Record<string, (string | number)[]>;
  const mask = new Uint8Array(unitIds.length * channels.length);
  unitIds.forEach((id, u) => {
    const own = ofUnits[String(id)];
    if (own === undefined) throw fileError(path, `there is no unit ${id}, which the sorting has.`);
    for (const channel of own) mask[u * channels.length + channels.indexOf(channel)] = 1;
  });
  return mask;
}

const json = async (path: string) => (await readJson(path, 'SpikeInterface writes')) as Record<string, unknown>;
const jsonIfThere = (path: string) => (existsSync(path) ? json(path) : Promise.resolve(undefined));
