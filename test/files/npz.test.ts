import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readNpz } from '../../lib/files/npz.js';

const golden = fileURLToPath(new URL('../fixtures/golden', import.meta.url));

// numpy.savez(file, a=numpy.array([1.5, 2.5]))
const storedArchive =
  'UEsDBC0AAAAAAAAAIQCU3hHI//////////8FABQAYS5ucHkBABAAkAAAAAAAAACQAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAA+D8AAAAAAAAEQFBLAQItAy0AAAAAAAAAIQCU3hHIkAAAAJAAAAAFAAAAAAAAAAAAAACAAQAAAABhLm5weVBLBQYAAAAAAQABADMAAADHAAAAAAA=';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-npz-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('readNpz', () => {
  it("reads the reference's archives", async () => {
    const results = await readNpz(join(golden, 'mini-default/expected/ClusteringResults.npz'));
    expect(Object.keys(results).sort()).toEqual(
      [
        'good_matches_matrix',
        'hdbscan_matrix',
        'idx_cluster_hdbscan',
        'leafOrder',
        'n_cluster',
        'thres',
        'weights',
      ].sort(),
    );
    expect(results.leafOrder).toMatchObject({ shape: [50], dtype: '<i4' });
    expect([...(results.leafOrder!.data as Int32Array)].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(results.n_cluster).toMatchObject({ shape: [], dtype: '<i8' });
  });

  it('refuses what is no archive, and damaged ones', async () => {
    const bytes = await readFile(join(golden, 'mini-default/expected/ClusteringResults.npz'));
    const path = join(folder, 'bad.npz');
    await writeFile(path, Buffer.from('no archive at all'));
    await expect(readNpz(path)).rejects.toThrow(/bad.npz: expected a .npz archive/);
    await writeFile(path, bytes.subarray(0, -100));
    await expect(readNpz(path)).rejects.toThrow(/bad.npz: expected a .npz archive/);
    await writeFile(path, Buffer.from(bytes).fill(0xff, 60, 200));
    await expect(readNpz(path)).rejects.toMatchObject({ code: 'DANT_DATA' });
    const archive = Buffer.from(storedArchive, 'base64');
    await writeFile(path, archive);
    expect(await readNpz(path)).toEqual({ a: { data: Float64Array.of(1.5, 2.5), shape: [2], dtype: '<f8' } });
    archive[archive.indexOf(Buffer.from(Float64Array.of(2.5).buffer)) + 6]! ^= 1;
    await writeFile(path, archive);
    await expect(readNpz(path)).rejects.toThrow(/bad.npz \(a\): its checksum is wrong/);
    await expect(readNpz(join(folder, 'none.npz'))).rejects.toThrow(/none.npz: there is no such file/);
  });
});
