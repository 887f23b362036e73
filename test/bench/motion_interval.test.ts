import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { writeNpy } from '../../lib/index.js';

type Counts = { inside: number; sessions: number } | undefined;
const { motionInside } = (await import(new URL('../../bench/accuracy/motion_interval.mjs', import.meta.url).href)) as {
  motionInside: (output: string, data: string, truth: object) => Promise<Counts>;
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-interval-'));
  const vector = (values: number[]) => ({ data: Int32Array.from(values), shape: [values.length] });
  const write = (name: string, values: number[], shape = [values.length]) =>
    writeNpy(join(folder, `${name}.npy`), { data: Float64Array.from(values), shape });
  // Depths 0 to 200 µm: the middle is 100.
  await write('channel_locations', [0, 0, 0, 200], [2, 2]);
  await writeNpy(join(folder, 'waveform_all.npy'), { data: new Float32Array(6), shape: [1, 2, 3] });
  await writeNpy(join(folder, 'IdxCluster.npy'), vector([-1]));
  // Sessions 1 to 3 connect, 4 and 5 do, 6 is alone.
  await write('motion_component', [0, 0, 0, 1, 1, 2]);
  await write('motion_constant', [-10, 0, 10, 2, -2, 0]);
  await write('motion_linear', [0, 0, 0, 0, 0, 0]);
  await write('motion_constant_interval', [-11, -9, -1, 1, 9, 11, 1, 3, -3, -1, NaN, NaN], [6, 2]);
  await write('motion_linear_interval', new Array<number>(12).fill(0), [6, 2]);
});
afterAll(() => rm(folder, { recursive: true }));

it('counts sessions by what they have in common with those that they connect with', async () => {
  const truth = (drift: number[], bend = 0) => ({
    drift: { data: drift },
    linear: { data: [0, 0, 0, 0, 0, 0] },
    bend: { data: [bend, 0, 0, 0, 0, 0] },
    depth_range: { data: [0, 200] },
  });
  // A constant for each group that connects does not count, and the session that is alone has none.
  expect(await motionInside(folder, folder, truth([90, 100, 110, 502, 498, 7]))).toEqual({ inside: 5, sessions: 5 });
  // The second is 3.3 µm off, less the mean that this adds: 2.2 µm; the others of its group are off by that mean, 1.1 µm.
  expect(await motionInside(folder, folder, truth([90, 103.3, 110, 502, 498, 7]))).toEqual({ inside: 2, sessions: 5 });
  // Half a sine over the depths: in the middle all of it.
  expect(await motionInside(folder, folder, truth([84, 100, 110, 502, 498, 7], 6))).toEqual({ inside: 5, sessions: 5 });
});
