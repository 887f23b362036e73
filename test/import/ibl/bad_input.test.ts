import { chmodSync, copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';

import { readNpy } from '../../../lib/files/npy.js';
import { writeNpy } from '../../../lib/files/npy_writer.js';
import { readParquet } from '../../../lib/files/parquet.js';
import { findProbe } from '../../../lib/import/ibl/find_probe.js';
import { loadSpikeSorting, type SpikeSortingOptions } from '../../../lib/import/ibl/load_spike_sorting.js';
import { mergeClusters } from '../../../lib/import/ibl/merge_clusters.js';
import { findSessions, openOneCache } from '../../../lib/import/ibl/one_cache.js';
import { recogniseIbl } from '../../../lib/import/ibl/recognise.js';
import { sessionFiles } from '../../../lib/import/ibl/session_files.js';
import { temporaryFolder } from '../../cli/folder.js';
import { copyOf } from '../fixtures.js';
import { haveIblFixtures, iblFixtures, oneCache } from './fixtures.js';

const folder = temporaryFolder();
const tables = fileURLToPath(new URL('../../fixtures/ibl/', import.meta.url));
const session1 = 'testlab/Subjects/SIM01/2024-05-01/001/alf/probe00';
const session3 = 'testlab/Subjects/SIM01/2024-05-03/001/alf/probe00/pykilosort';

/** A copy of the cache that may be spoilt. */
const copied = () => copyOf(oneCache, join(folder.path, 'cache'));

async function load(cache: string, session = 0, options: SpikeSortingOptions = {}) {
  const one = await openOneCache(cache);
  return loadSpikeSorting(one, one.sessions[session]!, 'probe00', options);
}

async function rewrite(path: string, by: (value: number) => number): Promise<void> {
  const { data, shape } = await readNpy(path, { as: 'float64' });
  rmSync(path);
  await writeNpy(path, { data: data.map(by), shape });
}

describe.skipIf(!haveIblFixtures)('a ONE cache that cannot be used', () => {
  it('has no sessions, or is not there', async () => {
    await expect(openOneCache(folder.path)).rejects.toThrow(
      /expected a ONE cache, with sessions in .* but there is none/,
    );
    await expect(openOneCache(join(folder.path, 'no'))).rejects.toThrow(/no: there is no such file/);
    expect(await recogniseIbl(folder.path)).toBeUndefined();
    expect(await recogniseIbl(join(folder.path, 'no'))).toBeUndefined();
  });

  it('names truncated and unreadable files', async () => {
    const cache = copied();
    const metrics = join(cache, session1, 'pykilosort/#2024-05-06#/clusters.metrics.pqt');
    truncateSync(metrics, 5000);
    await expect(load(cache)).rejects.toThrow(
      /clusters\.metrics\.pqt: this Parquet table cannot be read: .*not all there/,
    );
    copyFileSync(join(tables, 'nested.pqt'), metrics);
    await expect(load(cache)).rejects.toThrow(/clusters\.metrics\.pqt: expected a table of plain columns .* nested/);
    const times = join(cache, session1, 'spikes.times.npy');
    truncateSync(times, 500);
    await expect(load(cache, 0, { sorter: '' })).rejects.toThrow(/spikes\.times\.npy: the file is cut off/);
    truncateSync(join(cache, 'sessions.pqt'), 100);
    await expect(openOneCache(cache)).rejects.toThrow(/sessions\.pqt: this Parquet table cannot be read/);
  });

  it('names text that is not UTF-8', async () => {
    const cache = copied();
    const uuids = join(cache, session3, 'clusters.uuids.csv');
    writeFileSync(uuids, Buffer.from('uuids\nä\nb\nc\nd\n', 'latin1'));
    await expect(load(cache, 2)).rejects.toThrow(/clusters\.uuids\.csv: the text is not UTF-8/);
  });

  // The superuser may read everything.
  it.skipIf(process.getuid?.() === 0)('names files and folders that may not be read', async () => {
    const cache = copied();
    chmodSync(join(cache, session3, 'spikes.times.npy'), 0);
    await expect(load(cache, 2)).rejects.toThrow(/spikes\.times\.npy: no permission to read it/);
    chmodSync(join(cache, session3), 0);
    await expect(load(cache, 2)).rejects.toThrow(/pykilosort: no permission to read it/);
    chmodSync(join(cache, session3), 0o755);
  });

  it('tells what the table lists and is not there, or is of another size', async () => {
    const cache = copied();
    const clean = await load(cache, 2);
    expect(clean.warnings).toEqual([]);
    const uuids = join(cache, session3, 'clusters.uuids.csv');
    writeFileSync(uuids, `${readFileSync(uuids, 'utf8')}\n`);
    rmSync(join(cache, session3, 'spikes.depths.npy'));
    const { warnings, spikes } = await load(cache, 2);
    expect(Object.keys(spikes).sort()).toEqual(['amps', 'clusters', 'times']);
    expect(warnings.join('\n')).toMatch(
      /datasets\.pqt lists alf\/probe00\/pykilosort\/spikes\.depths\.npy, which is not there/,
    );
    expect(warnings.join('\n')).toMatch(/clusters\.uuids\.csv has 155 bytes but datasets\.pqt says 154/);
    for (const name of ['channels', 'depths', 'amps', 'peakToTrough'])
      rmSync(join(cache, session3, `clusters.${name}.npy`));
    rmSync(uuids);
    await expect(load(cache, 2)).rejects.toThrow(/no files clusters\.\* here\. datasets\.pqt lists them/);
  });

  it('heeds the default revision and the judgement of the table', async () => {
    const cache = copied();
    copyFileSync(join(tables, 'datasets.pqt'), join(cache, 'datasets.pqt'));
    const sorting = await load(cache);
    expect(sorting.files.spikes).toEqual(
      ['amps', 'clusters', 'depths', 'times'].map((name) => `alf/probe00/pykilosort/spikes.${name}.npy`),
    );
    const one = await openOneCache(cache);
    const { files } = await sessionFiles(one, one.sessions[0]!);
    expect(files.filter(({ object }) => object === 'drift').map(({ attribute }) => attribute)).toEqual(['times']);
  });

  it('lists the revisions and sorters that there are', async () => {
    const { warnings } = await load(oneCache, 0, { revision: '2023-01-01' });
    expect(warnings.join()).toMatch(/has no revision #2023-01-01#.* There is #2022-10-31#, #2024-05-06#/);
    const other = await load(oneCache, 1, { sorter: 'ks9' });
    expect(other.warnings.join()).toMatch(
      /no sorting "ks9" of probe00; took alf\/probe00\/iblsorter. There is iblsorter, pykilosort/,
    );
    const cache = copied();
    for (const object of ['spikes', 'clusters']) {
      for (const name of ['times', 'clusters', 'amps', 'depths', 'samples', 'templates', 'channels', 'peakToTrough']) {
        rmSync(join(cache, session1, 'pykilosort', `${object}.${name}.npy`), { force: true });
      }
    }
    await expect(load(cache, 0, { sorter: 'pykilosort', revision: '2021-01-01' })).rejects.toThrow(
      /no files spikes\.\* here\. The oldest revision of them is #2022-10-31#/,
    );
  });

  it('is told when times cannot be seconds, and spikes not of these clusters', async () => {
    const cache = copied();
    await rewrite(join(cache, session3, 'spikes.times.npy'), (time) => 1e5 * time);
    expect((await load(cache, 2)).warnings.join()).toMatch(/the last spike is at \d+.* Expected seconds; are these ms/);
    await rewrite(join(cache, session3, 'spikes.clusters.npy'), (cluster) => cluster + 1);
    const sorting = await load(cache, 2);
    expect(() => mergeClusters(sorting)).toThrow(/is of cluster 4, but there are only the clusters 0 to 3/);
    await rewrite(join(cache, session3, 'clusters.channels.npy'), () => 40);
    await rewrite(join(cache, session3, 'spikes.clusters.npy'), (cluster) => cluster - 1);
    const beyond = await load(cache, 2);
    expect(() => mergeClusters(beyond)).toThrow(
      /clusters\.channels names the channel 40, but channels\.\w+ has only 40/,
    );
  });

  it('says what was looked for where nothing tells of channels or brain locations', async () => {
    const cache = copied();
    const remove = (name: string) => {
      rmSync(join(cache, session1, `channels.${name}.npy`));
    };
    remove('mlapdv');
    await expect(load(cache, 0, { sorter: '' })).rejects.toThrow(
      /need mlapdv .* but mlapdv is missing and localCoordinates the shape \(40, 2\)/,
    );
    for (const name of ['localCoordinates', 'rawInd', 'brainLocationIds_ccf_2017']) remove(name);
    await expect(load(cache, 0, { sorter: '' })).rejects.toThrow(
      /neither alf\/probe00\/channels\.\* nor alf\/probe00\/electrodeSites\.\*/,
    );
  });

  it('takes electrode sites alone where their number differs', async () => {
    const cache = copied();
    const path = join(cache, 'testlab/Subjects/SIM01/2024-05-02/001/alf/probe00/iblsorter/channels.rawInd.npy');
    rmSync(path);
    await writeNpy(path, { data: Int32Array.from({ length: 39 }, (_, i) => i + 1), shape: [39] });
    const { channels, warnings } = await load(cache, 1);
    expect(channels.rawInd).toEqual({ data: Int32Array.from({ length: 40 }, (_, i) => i), shape: [40] });
    expect(warnings.join()).toMatch(/are of different numbers of channels; the latter were taken/);
  });
});

describe.skipIf(!haveIblFixtures)('sessions and probes', () => {
  const pid = (i: number) => `0000000${i}-0000-4000-8000-000000000000`;

  it('are found by subject, date, number, eid and pid', async () => {
    const cache = copied();
    const plain = await openOneCache(cache);
    const [first, second, third] = plain.sessions;
    expect(findSessions(plain, { subject: 'SIM01', date: '2024-05-02', number: 1 })).toEqual([second]);
    expect(findSessions(plain, { eid: third!.eid })).toEqual([third]);
    expect(() => findSessions(plain, { subject: 'SIM01', date: '2024-05-09' })).toThrow(
      /no session has subject SIM01, date 2024-05-09: SIM01 has 2024-05-01\/001, 2024-05-02\/001, 2024-05-03\/001/,
    );
    await expect(findProbe(plain, { subject: 'SIM01' })).rejects.toThrow(/more than one session is meant: SIM01 2024/);
    await expect(findProbe(plain, { date: '2024-05-01', probe: 'probe07' })).rejects.toThrow(
      /no sorted spikes of probe07; there are those of probe00/,
    );
    await expect(findProbe(plain, { pid: pid(1) })).rejects.toThrow(/there is no insertions\.pqt/);
    copyFileSync(join(tables, 'insertions.pqt'), join(cache, 'insertions.pqt'));
    const one = await openOneCache(cache);
    expect(await findProbe(one, { pid: pid(1) })).toEqual({ session: second, probe: 'probe00', pid: pid(1) });
    expect(await findProbe(one, { date: '2024-05-01' })).toEqual({ session: first, probe: 'probe00', pid: pid(0) });
    await expect(findProbe(one, { pid: pid(7) })).rejects.toThrow(/insertions\.pqt has no pid 0000/);
    // The database has an alignment of the third session's track; files come first.
    const aligned = await load(cache, 2);
    expect(aligned.histology).toBe('aligned');
    expect(Object.keys(aligned.channels).sort()).toEqual(['localCoordinates', 'rawInd']);
    expect(aligned.warnings.join()).toContain('its brain locations are in no file here');
    expect((await load(cache, 0)).histology).toBe('alf');
  });

  it('need no tables', async () => {
    const cache = copied();
    for (const name of ['sessions', 'datasets']) rmSync(join(cache, `${name}.pqt`));
    const one = await openOneCache(cache);
    expect(one.sessions.map(({ eid }) => eid)).toEqual([undefined, undefined, undefined]);
    expect(() => findSessions(one, { eid: 'x' })).toThrow(/No session has an eid: sessions\.pqt is missing/);
    expect((await load(cache)).files).toEqual((await load(oneCache)).files);
    const alone = await openOneCache(join(cache, 'testlab/Subjects/SIM01/2024-05-01/001'));
    expect(alone.sessions).toMatchObject([{ subject: 'SIM01', lab: 'testlab', date: '2024-05-01', number: 1 }]);
  });

  it('are recognised', async () => {
    expect(await recogniseIbl(oneCache)).toEqual({
      kind: 'cache',
      subjects: ['SIM01'],
      description: 'a ONE cache: 3 sessions of SIM01',
    });
    expect(await recogniseIbl(join(oneCache, session3))).toMatchObject({ kind: 'collection' });
    const uuids = join(iblFixtures, 'one_cache_uuid', session1, 'pykilosort');
    expect(await recogniseIbl(uuids)).toMatchObject({ kind: 'collection' });
    expect(await recogniseIbl(join(iblFixtures, 'expected'))).toBeUndefined();
  });
});

describe('a Parquet table', () => {
  it('is read by column', async () => {
    const { rows, columns } = await readParquet(join(tables, 'insertions.pqt'), ['id', 'name']);
    expect(rows).toBe(3);
    expect(columns).toEqual({
      id: [0, 1, 2].map((i) => `0000000${i}-0000-4000-8000-000000000000`),
      name: ['probe00', 'probe00', 'probe00'],
    });
    await expect(readParquet(join(tables, 'make.py'))).rejects.toThrow(/make\.py: this Parquet table cannot be read/);
    await expect(readParquet(join(tables, 'no.pqt'))).rejects.toThrow(/no\.pqt: there is no such file/);
  });
});
