// Behaviour files of the fixtures to 1 kHz, against SciPy's numbers; and what cannot be used.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { Hdf5File } from '../../lib/files/hdf5.js';
import { readNpz } from '../../lib/files/npz.js';
import {
  behaviourTable,
  croppedBehaviour,
  writeBehaviour,
  type BehaviourSignal,
} from '../../lib/processing/behaviour.js';
import { resample } from '../../lib/processing/resample.js';
import { TdmsFile } from '../../lib/tdms/tdms_file.js';
import { noise } from '../numbers.js';
import { folderOfFile } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const folder = folderOfFile();

describe.skipIf(!haveFixtures)('behaviour of the fixtures', () => {
  it.each([
    ['210101_DL001_day1', 0],
    ['210102_DL001', 0],
    ['210102_DL001', 1],
  ])('%s, recording %i', async (session, recording) => {
    const name = `NeuropixelBehaviour(${recording}).tdms`;
    execFileSync('tar', ['xzf', join(fixtures, 'data/raw', session, `${name}.tar.gz`), '-C', folder]);
    const expected = join(fixtures, 'expected', session);
    const lags = JSON.parse(readFileSync(join(expected, 'lag.json'), 'utf8')) as {
      lag_start: number;
      lag_end: number;
    }[];
    const truth = JSON.parse(readFileSync(join(expected, `truth_${recording}.json`), 'utf8')) as { columns: string[] };
    const { behaviour } = await readNpz(join(expected, `expected_${recording}.npz`));
    const tdms = await TdmsFile.open(join(folder, name));
    const whole = await behaviourTable(name, tdms.channels);
    await tdms.close();
    const lag = { startMs: lags[recording]!.lag_start, endMs: lags[recording]!.lag_end };
    const table = croppedBehaviour(whole, lag);
    expect(whole.dropped.map(({ column }) => column)).toEqual(
      expect.arrayContaining([expect.stringContaining('Settings')]),
    );

    const output = join(folder, 'behaviour.h5');
    await writeBehaviour(output, table, ["/'NpxlSync_Signal'/'0'"]);
    const file = await Hdf5File.open(output);
    const columns = await file.texts('df/axis0');
    expect(columns).toEqual(truth.columns);
    const values = await file.numbers('df/block0_values');
    await file.close();
    expect(behaviour!.shape).toEqual([table.rows, columns.length]);
    const data = behaviour!.data as Float32Array;
    const scale = Math.max(...data);
    let worst = 0;
    for (const [i, value] of data.entries()) worst = Math.max(worst, Math.abs(value - values[i]!));
    expect(worst / scale).toBeLessThan(1e-6);
  });
});

const signalOf = (path: string, values: Float64Array): BehaviourSignal => ({
  path,
  length: values.length,
  readNumbers: (first, count) => Promise.resolve(values.slice(first, first + count)),
});

describe('behaviourTable', () => {
  const long = (seed: number) => Float64Array.from({ length: 150_000 }, (_, i) => noise(i + seed));

  it('is the same as of the signals in memory, in blocks', async () => {
    const values = [long(0), long(1e6)];
    const table = await behaviourTable(
      'x.tdms',
      values.map((v, i) => signalOf(`/'S'/'${i}'`, v)),
    );
    for (const [c, column] of values.entries()) {
      const alone = await resample(column, 1, { fromHz: 25_000, toHz: 1000 });
      expect(table.values.filter((_, i) => i % 2 === c)).toEqual(alone);
    }
  });

  it('leaves out short signals and those with NaN, and says so', async () => {
    const broken = long(2);
    broken[140_000] = NaN;
    const signals = [signalOf('a', long(0)), signalOf('b', broken), signalOf('c', new Float64Array(7))];
    const { columns, dropped } = await behaviourTable('x.tdms', signals);
    expect(columns).toEqual(['a']);
    expect(dropped).toEqual([
      { column: 'c', reason: 'it has 7 values, not 150000' },
      { column: 'b', reason: 'it has values that are no numbers (NaN)' },
    ]);
  });

  it('refuses a file without any signal', async () => {
    await expect(behaviourTable('x.tdms', [])).rejects.toThrow('x.tdms: there is no signal without gaps');
    await expect(behaviourTable('x.tdms', [signalOf('a', Float64Array.of(NaN))])).rejects.toThrow('no signal');
  });

  it('keeps one row less than the overlap, none where there is none', async () => {
    const table = await behaviourTable('x.tdms', [signalOf('a', long(0))]);
    expect(table.rows).toBe(6000);
    expect(croppedBehaviour(table, { startMs: 1234, endMs: 766 }).rows).toBe(6000 - 1234 - 766 - 1);
    expect(croppedBehaviour(table, { startMs: -5, endMs: -7 }).rows).toBe(5999);
    expect(croppedBehaviour(table, { startMs: 9000, endMs: 0 }).rows).toBe(0);
  });
});
