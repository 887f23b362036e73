import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { isTable, type AlfArray, type AlfObject } from '../../../lib/import/ibl/alf_object.js';
import { parseAlfName } from '../../../lib/import/ibl/alf_path.js';
import { loadChannels } from '../../../lib/import/ibl/load_channels.js';
import { loadSpikeSorting, type SpikeSorting } from '../../../lib/import/ibl/load_spike_sorting.js';
import { mergeClusters } from '../../../lib/import/ibl/merge_clusters.js';
import { openOneCache, sessionName } from '../../../lib/import/ibl/one_cache.js';
import { probesOf, revisionsOf, sessionFiles } from '../../../lib/import/ibl/session_files.js';
import { expectedArray, haveIblFixtures, iblFixtures, iblIndex, oneCache } from './fixtures.js';

const index = haveIblFixtures ? iblIndex() : undefined;
const cases = Object.entries(index?.cases ?? {});

/** NumPy sums float32 steps of depths in float32. */
const singlePrecision = new Set(['drift']);

function expectSame(name: string, found: AlfArray | undefined, wanted: AlfArray): void {
  expect(found?.shape, name).toEqual(wanted.shape);
  const tolerance = singlePrecision.has(name) ? 1e-6 : 1e-12;
  const differing = Array.from(wanted.data as ArrayLike<number | string>).findIndex((value, i) => {
    const other = found!.data[i]!;
    if (Object.is(value, other)) return false;
    if (typeof value === 'string' || typeof other === 'string') return true;
    return !(Math.abs(value - other) <= tolerance * Math.max(Math.abs(value), 1e-6));
  });
  expect(differing, `${name}: ${found!.data[differing]} instead of ${wanted.data[differing]}`).toBe(-1);
}

async function load(name: string): Promise<SpikeSorting> {
  const { session, pname, kwargs } = index!.cases[name]!;
  const cache = await openOneCache(oneCache);
  const found = cache.sessions.find(({ folder }) => folder.endsWith(session))!;
  return loadSpikeSorting(cache, found, pname, {
    sorter: kwargs.spike_sorter,
    revision: kwargs.revision,
    strict: kwargs.enforce_version,
    datasetTypes: kwargs.dataset_types,
    goodUnits: kwargs.good_units,
    namespace: kwargs.namespace,
  });
}

describe.skipIf(!haveIblFixtures)('what ibllib’s SpikeSortingLoader gives', () => {
  const loaded = cases.filter(([, { collection }]) => collection);

  it.each(loaded.map(([name]) => name))('%s: the same files and arrays, field by field', async (name) => {
    const wanted = index!.cases[name]!;
    const sorting = await load(name);
    expect(sorting.collection).toBe(wanted.collection);
    expect(sorting.histology ?? null).toBe(wanted.histology);
    expect(sorting.files).toEqual(wanted.files);
    const lengths = Object.values(wanted.clusters).map(({ rows, shape }) => rows ?? shape![0]);
    expect(sorting.warnings.some((text) => text.includes('the parts of clusters have different lengths'))).toBe(
      new Set(lengths).size > 1,
    );
    for (const object of ['spikes', 'clusters', 'channels'] as const) {
      expect(Object.keys(sorting[object]).sort()).toEqual(Object.keys(wanted[object]).sort());
      for (const [key, info] of Object.entries(wanted[object])) {
        if ((info as { kind?: string }).kind === 'table') expectTable(name, sorting[object], object, key);
        else {
          expectSame(key, sorting[object][key] as AlfArray, await expectedArray(`${name}/${object}.${key}`));
        }
      }
    }
  });

  function expectTable(name: string, object: AlfObject, of: string, key: string): void {
    const table = object[key];
    if (!isTable(table)) throw new Error(`${key} is no table`);
    const wanted = JSON.parse(readFileSync(join(iblFixtures, 'expected', name, `${of}.${key}.json`), 'utf8')) as Record<
      string,
      Record<string, number | null>
    >;
    expect(Object.keys(table.columns)).toEqual(Object.keys(wanted));
    for (const [column, values] of Object.entries(wanted)) {
      const found = Array.from(table.columns[column] as Float64Array);
      // to_json writes ten decimals.
      Object.values(values).forEach((value, i) => {
        if (value === null) expect(found[i]).toBeNaN();
        else expect(Math.abs(found[i]! - value)).toBeLessThan(1e-9);
      });
    }
  }

  it.each(loaded.filter(([, { merged }]) => merged).map(([name]) => name))(
    '%s: the same merged clusters',
    async (name) => {
      const wanted = index!.cases[name]!.merged!;
      const merged = mergeClusters(await load(name));
      expect(Object.keys(merged).sort()).toEqual(Object.keys(wanted).sort());
      for (const key of Object.keys(wanted)) {
        expectSame(key, merged[key], await expectedArray(`${name}/merged.${key}`));
      }
    },
  );

  it('gives the channels alone as well', async () => {
    const cache = await openOneCache(oneCache);
    for (const [s, name] of ['s1_default', 's2_default', 's3_nohistology'].entries()) {
      const { channels, histology, files } = await loadChannels(cache, cache.sessions[s]!, 'probe00');
      const { channels: same, histology: level, files: all } = await load(name);
      expect(channels).toEqual(same);
      expect(histology).toBe(level);
      expect(files.sort()).toEqual([...(all.channels ?? []), ...(all.electrodeSites ?? [])].sort());
    }
    await expect(loadChannels(cache, cache.sessions[0]!, 'probe09')).rejects.toThrow(
      /neither alf\/probe09\/channels\.\* nor alf\/probe09\/electrodeSites\.\*/,
    );
  });

  it('refuses and says why where ibllib raises', async () => {
    await expect(load('s1_enforce')).rejects.toThrow(/channels\.\S+\.npy: this is not of the revision #2024-05-06#/);
    await expect(load('s1_enforce_wrong')).rejects.toThrow(/this is not of the sorter iblsorter/);
    await expect(load('s1_good_missing')).rejects.toThrow(/there are no files passingSpikes\.\* here/);
    const withoutDepths = await load('s2_pyks');
    expect(() => mergeClusters(withoutDepths)).toThrow(/spikes\.depths is missing/);
  });

  it('gives empty objects where ibllib does, and says why', async () => {
    for (const [name, why] of [
      ['s1_no_probe', /has no sorted spikes of probe01; there are probe00/],
      ['s2_good_av', /no tables of good units of a curation/],
    ] as const) {
      const { spikes, clusters, channels, warnings } = await load(name);
      expect([spikes, clusters, channels]).toEqual([{}, {}, {}]);
      expect(warnings.join()).toMatch(why);
      expect(() => mergeClusters({ spikes, clusters, channels })).toThrow(/clusters\.channels is missing/);
    }
  });

  it('finds the sessions, collections and revisions that ONE lists', async () => {
    const cache = await openOneCache(oneCache);
    const { refs, eids, list_collections_spikes: collections, list_revisions: revisions } = index!.one_tables;
    const refOf = (s: number) =>
      `${cache.sessions[s]!.date}_${cache.sessions[s]!.number}_${cache.sessions[s]!.subject}`;
    expect(cache.sessions.map((_, s) => refOf(s))).toEqual([...refs].reverse());
    expect(cache.sessions.map(({ eid }) => eid)).toEqual([...eids].reverse());
    expect(cache.sessions.map(sessionName)).toEqual(['2024-05-01/001', '2024-05-02/001', '2024-05-03/001']);
    for (const [s, session] of cache.sessions.entries()) {
      const files = await sessionFiles(cache, session);
      const found = probesOf(files).flatMap((probe) => probe.collections);
      expect(found).toEqual([...collections[refOf(s)]!].sort());
      expect([...new Set(found.flatMap((collection) => revisionsOf(files, collection)))].sort()).toEqual(
        [...revisions[refOf(s)]!].sort(),
      );
    }
  });

  it('parses names as ONE does', () => {
    for (const [name, wanted] of Object.entries(index!.names)) {
      const found = parseAlfName(name);
      if (wanted === null) {
        expect(found, name).toBeUndefined();
        continue;
      }
      const { uuid, ...parts } = found!;
      // A UUID at the end is no part of the name.
      const extra = [parts.extra, uuid].filter((part) => part !== undefined).join('.') || null;
      expect({ ...parts, namespace: parts.namespace ?? null, timescale: parts.timescale ?? null, extra }, name).toEqual(
        wanted,
      );
    }
  });

  it('reads names with UUIDs, without tables', async () => {
    const cache = await openOneCache(join(iblFixtures, 'one_cache_uuid'));
    const sorting = await loadSpikeSorting(cache, cache.sessions[0]!, 'probe00', { datasetTypes: ['clusters.amps'] });
    expect(Object.keys(sorting.clusters).sort()).toEqual(['amps', 'channels', 'depths', 'metrics', 'uuids']);
    const plain = await load('s1_pyks_2021');
    expect(sorting.spikes).toEqual(plain.spikes);
    expect(sorting.channels).toEqual(plain.channels);
    expect(mergeClusters(sorting).label).toEqual(mergeClusters(plain).label);
  });
});
