import { fileError } from '../../files/file_error.js';
import { ZarrFolder } from '../../files/zarr.js';
import type { AnalyzerStore, SpikeRecords } from './analyzer_store.js';
import { inUv, templatesMissing, templateNames } from './extension.js';
import { recordingInfo } from './recording_info.js';

const spikesAtOnce = 2 ** 19;

/** A SortingAnalyzer in a Zarr folder. Rejects with DANT_DATA. */
export async function openZarrAnalyzer(folder: string): Promise<AnalyzerStore> {
  const tree = await ZarrFolder.open(folder);
  const root = await tree.attributes('');
  const { recording_attributes: attributes, probegroup } = await tree.attributes('recording_info');
  const extensions = (await tree.members('extensions')) ?? [];
  const extension = templateNames.find((name) => extensions.includes(name));
  if (extension === undefined) throw templatesMissing(folder, extensions);
  const average = `extensions/${extension}/average`;
  const described = await tree.describe(average);
  if (described === undefined) throw templatesMissing(folder, extensions);
  const { params } = (await tree.attributes(`extensions/${extension}`)) as { params?: { ms_before?: unknown } };
  if (typeof params?.ms_before !== 'number') throw fileError(folder, `extensions/${extension}: there is no ms_before.`);
  const random = (await tree.attributes('extensions/random_spikes')) as { params?: { max_spikes_per_unit?: unknown } };
  const most = random.params?.max_spikes_per_unit;
  const ids = await tree.describe('sorting/unit_ids');
  if (ids === undefined) throw fileError(folder, 'there is no sorting/unit_ids.');
  const read = async (name: string) => ((await tree.describe(name)) ? [...(await tree.numbers(name))] : undefined);
  const info = root.spikeinterface_info as { version?: string } | undefined;
  const bounds = await read('sorting/spikes/segment_slices');
  if (bounds === undefined) throw fileError(folder, 'there is no sorting/spikes/segment_slices.');
  return {
    folder,
    format: 'zarr',
    version: info?.version,
    unitIds: ids.isText ? await tree.texts('sorting/unit_ids') : [...(await tree.numbers('sorting/unit_ids'))],
    recording: recordingInfo(`${folder}/recording_info`, attributes, probegroup),
    isInUv: inUv(folder, root.settings),
    msBefore: params.ms_before,
    mostAveraged: typeof most === 'number' ? most : undefined,
    sparsity: await read('sparsity_mask'),
    templateShape: described.shape,
    template: (unit) => tree.numbers(average, unit, unit + 1),
    properties: (await tree.members('sorting/properties')) ?? [],
    property: async (name) => {
      const property = await tree.describe(`sorting/properties/${name}`);
      return property?.isText ? tree.texts(`sorting/properties/${name}`) : undefined;
    },
    spikes: () => spikesOf(tree, bounds),
  };
}

async function* spikesOf(tree: ZarrFolder, bounds: readonly number[]): AsyncGenerator<SpikeRecords> {
  for (let segment = 0; 2 * segment < bounds.length; segment++) {
    const end = bounds[2 * segment + 1]!;
    for (let first = bounds[2 * segment]!; first < end; first += spikesAtOnce) {
      const last = Math.min(end, first + spikesAtOnce);
      const samples = await tree.numbers('sorting/spikes/sample_index', first, last);
      const units = await tree.numbers('sorting/spikes/unit_index', first, last);
      yield { samples, units, segments: new Uint32Array(samples.length).fill(segment) };
    }
  }
}
