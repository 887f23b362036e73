// Single waveforms out of recordings as they are and compressed, against samples that are decompressed slowly.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import type { AlignedTable } from '../../lib/alignment/aligned_table.js';
import { SessionData } from '../../lib/alignment/session_data.js';
import { spikeWaveforms } from '../../lib/alignment/spike_waveforms.js';
import { openExperiment } from '../../lib/experiment/folders.js';
import { readSorting } from '../../lib/import/sorter_folder.js';
import { folderOfFile } from '../cli/folder.js';
import { copyOf, decompress, haveFixtures, np1, unpack } from '../import/fixtures.js';

const folder = folderOfFile();

describe.skipIf(!haveFixtures)('waveforms of a compressed recording', () => {
  const day = join(folder, 'D1');
  const probe = join(day, 'X_g0/X_g0_imec0');
  const cbin = join(probe, 'X_g0_t0.imec0.ap.cbin');
  const ids: number[] = [];
  let table: AlignedTable;
  const shares: number[] = [];

  beforeAll(async () => {
    copyOf(join(np1, 'D1'), day);
    const sorting = await readSorting(join(day, 'kilosort2.5'));
    // Not in the order in which they are read
    ids.push(...[3, 0, 7].map((u) => sorting.units[u]!.id));
    table = await spikeWaveforms(sorting, [cbin], ids, { onProgress: (share) => shares.push(share) });
  });

  it('are its samples on one channel around the spikes of each unit', async () => {
    const all = decompress(cbin);
    const columns = (JSON.parse(readFileSync(cbin.replace('.cbin', '.ch'), 'utf8')) as { n_channels: number })
      .n_channels;
    const rows = all.length / columns;
    const { units, channelMap } = await readSorting(join(day, 'kilosort2.5'));
    for (const id of ids) {
      const { spikes } = units.find((unit) => unit.id === id)!;
      const whole = [...spikes].filter((spike) => spike >= 41 && spike + 41 <= rows);
      const own = Array.from({ length: table.columns }, (_, k) => k).filter((k) => table.level('unit')[k] === id);
      expect(own).toHaveLength(Math.min(500, whole.length));
      const isOf = (k: number, spike: number, channel: number) =>
        table.column(k).every((value, i) => value === all[(spike - 41 + i) * columns + channel]);
      const channels = [...channelMap].filter((channel) => whole.some((spike) => isOf(own[0]!, spike, channel)));
      expect(channels).toHaveLength(1);
      // In the order of the spikes, of which some may be left out
      let next = 0;
      for (const k of own) {
        while (next < whole.length && !isOf(k, whole[next]!, channels[0]!)) next++;
        expect(next++).toBeLessThan(whole.length);
      }
    }
  });

  it('are the same of the .bin, and read with progress that only rises', async () => {
    const copy = copyOf(day, join(folder, 'bin'));
    const bin = unpack(join(copy, 'X_g0/X_g0_imec0/X_g0_t0.imec0.ap.cbin'));
    const other = await spikeWaveforms(await readSorting(join(copy, 'kilosort2.5')), [bin], ids, { threads: 1 });
    expect(other.data).toEqual(table.data);
    expect(other.level('unit')).toEqual(table.level('unit'));
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('are the same of a plain binary that begins with something else; of float32 they are refused', async () => {
    const plain = join(folder, 'plain.dat');
    writeFileSync(plain, Buffer.concat([Buffer.alloc(64, 7), Buffer.from(decompress(cbin).buffer)]));
    const sorting = await readSorting(join(day, 'kilosort2.5'));
    const { n_channels } = JSON.parse(readFileSync(cbin.replace('.cbin', '.ch'), 'utf8')) as { n_channels: number };
    const params = { ...sorting.params, offsetBytes: 64, columns: n_channels, isFiltered: false };
    const own = await spikeWaveforms({ ...sorting, params }, [plain], ids);
    expect(Buffer.compare(Buffer.from(own.data.buffer), Buffer.from(table.data.buffer))).toBe(0);
    await expect(spikeWaveforms({ ...sorting, params: { ...params, dtype: 'float32' } }, [plain], ids)).rejects.toThrow(
      /plain\.dat: holds samples of type float32 \(params\.py\)/,
    );
  });

  it('are found in a session whose files are archives, the .ch too', async () => {
    const name = '210101_M1';
    const [raw, processed] = [join(folder, 'data/raw', name), join(folder, 'data/processed', name)];
    mkdirSync(raw, { recursive: true });
    cpSync(join(day, 'kilosort2.5'), join(processed, 'sorted_stream_0'), { recursive: true });
    for (const ending of ['cbin', 'ch', 'meta']) {
      const file = `${name}_g0_t0.imec0.ap.${ending}`;
      cpSync(join(probe, `X_g0_t0.imec0.ap.${ending}`), join(folder, file));
      execFileSync('tar', ['czf', join(raw, `${file}.tar.gz`), '-C', folder, file]);
    }
    const { sessions } = await openExperiment(join(folder, 'data'));
    const session = await SessionData.open(sessions[0]!);
    expect((await session.spikeWaveforms(ids)).data).toEqual(table.data);
    rmSync(join(raw, `${name}_g0_t0.imec0.ap.ch.tar.gz`));
    rmSync(join(folder, 'data/interim', name), { recursive: true });
    const [without] = (await openExperiment(join(folder, 'data'))).sessions;
    await expect((await SessionData.open(without!)).rawFiles()).rejects.toThrow(
      /210101_M1: could not find the \.ch file of 210101_M1_g0_t0\.imec0\.ap\.cbin/,
    );
  });

  it('are refused without the .ch', async () => {
    const copy = copyOf(day, join(folder, 'bare'));
    const path = join(copy, 'X_g0/X_g0_imec0/X_g0_t0.imec0.ap');
    rmSync(`${path}.ch`);
    const sorting = await readSorting(join(copy, 'kilosort2.5'));
    await expect(spikeWaveforms(sorting, [`${path}.cbin`], ids)).rejects.toThrow(/there is no \.ch file beside it/);
    writeFileSync(`${path}.ch`, '{}');
    await expect(spikeWaveforms(sorting, [`${path}.cbin`], ids)).rejects.toMatchObject({ code: 'DANT_DATA' });
  });
});
