// dant pixels units, against waveforms that are cut out of the raw files here.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import { Hdf5File } from '../../lib/files/hdf5.js';
import { readNpy } from '../../lib/files/npy.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';
import { dant } from './dant.js';
import { temporaryFolder } from './folder.js';

const folder = temporaryFolder();
const at = (...path: string[]) => join(folder.path, ...path);
const session = '210101_DL001_day1';

const middle = (values: number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

/** Waveforms of a unit, 82 samples of which 41 are before the spike, on the channel whose mean of them reaches furthest. */
async function waveformsOf(unit: number): Promise<number[][]> {
  const bin = '210101_DL001_g0_t0.imec0.ap.bin';
  execFileSync('tar', ['xzf', join(fixtures, 'data/raw', session, `${bin}.tar.gz`), '-C', folder.path]);
  const bytes = readFileSync(at(bin));
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const sorted = (name: string) =>
    readNpy(join(fixtures, 'data/processed', session, 'sorted_stream_0', name), { as: 'float64' });
  const [times, clusters] = [await sorted('spike_times.npy'), await sorted('spike_clusters.npy')];
  const spikes = [...times.data].filter(
    (time, i) => clusters.data[i] === unit && time >= 41 && time + 41 <= samples.length / 5,
  );
  const all = [0, 1, 2, 3].map((channel) =>
    spikes.map((time) => Array.from({ length: 82 }, (_, i) => samples[5 * (time - 41 + i) + channel]!)),
  );
  const reach = all.map((own) => {
    const mean = own[0]!.map((_, i) => own.reduce((sum, waveform) => sum + waveform[i]!, 0) / own.length);
    return Math.max(...mean) - Math.min(...mean);
  });
  return all[reach.indexOf(Math.max(...reach))]!;
}
const widthOf = (waveform: number[]) => {
  const trough = waveform.indexOf(Math.min(...waveform));
  const rest = waveform.slice(trough);
  return rest.indexOf(Math.max(...rest)) / 30;
};

describe.skipIf(!haveFixtures)('dant pixels units', () => {
  it('writes spike widths and waveform metrics of the units of all sessions', async () => {
    cpSync(join(fixtures, 'data'), at('lab'), { recursive: true });
    const output = at('units.csv');
    const { code, stdout, stderr } = await dant(['pixels', 'units', at('lab'), '-o', output]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/210101_DL001_day1: 2 units\n210102_DL001: 2 units\nWrote 4 units to/);
    const rows = parse<Record<string, string>>(readFileSync(output), { columns: true });
    expect(rows.map((row) => `${row.session} ${row.unit}`)).toEqual([
      `${session} 0`,
      `${session} 1`,
      '210102_DL001 0',
      '210102_DL001 1',
    ]);
    for (const unit of [0, 1]) {
      const waveforms = await waveformsOf(unit);
      const median = waveforms[0]!.map((_, i) => middle(waveforms.map((waveform) => waveform[i]!)));
      const row = rows[unit]!;
      expect(Number(row.spikes)).toBe(waveforms.length);
      expect(Number(row.median_width_ms)).toBeCloseTo(middle(waveforms.map(widthOf)), 9);
      expect(Number(row.trough_to_peak_ms)).toBeCloseTo(widthOf(median), 9);
      const trough = median.indexOf(Math.min(...median));
      expect(Number(row.trough_peak_ratio)).toBeCloseTo(Math.max(...median.slice(trough)) / median[trough]!, 9);
      expect(Number(row.recovery_slope)).not.toBeNaN();
    }
    // What was read of the raw file is kept: it is not needed for a selection by width.
    const kept = readdirSync(at('lab/interim', session, 'cache'));
    expect(kept).toHaveLength(1);
    const chosen = await dant(['pixels', 'units', at('lab'), '--max-spike-width', '0.001', '-o', at('none.csv')]);
    expect([chosen.code, chosen.stderr]).toEqual([1, expect.stringMatching(/there is no unit in any session/)]);
    expect(readdirSync(at('lab/interim', session, 'cache'))).toEqual(kept);
    expect(existsSync(at('none.csv'))).toBe(false);

    const table = at('units.h5');
    expect((await dant(['pixels', 'units', at('lab'), '--mouse', 'DL001', '-o', table])).code).toBe(0);
    const file = await Hdf5File.open(table);
    expect((await file.describe('df/block0_values'))!.shape).toEqual([4, 7]);
    expect([...(await file.numbers('df/block0_values'))].slice(0, 7)).toEqual(
      Object.values(rows[0]!).slice(2).map(Number),
    );
    await file.close();

    rmSync(at('lab/processed', session), { recursive: true });
    const one = await dant(['pixels', 'units', at('lab'), '-o', output]);
    expect(one.code).toBe(0);
    expect(one.stderr).toMatch(/Warning: 210101_DL001_day1: imec0 has not been sorted/);
    expect(one.stdout).toMatch(/Wrote 2 units/);
    expect((await dant(['pixels', 'units', at('lab'), '-o', at('x.txt')])).stderr).toMatch(
      /ends in \.h5, \.npz or \.csv/,
    );
  });
});
