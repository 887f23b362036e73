import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { assessNoise, writeNoise } from '../../lib/processing/noise.js';
import { Random } from '../../lib/random.js';

let folder: string;
let paths: { bin: string; meta: string };
const [rows, channels] = [60_000, 6];
/** Counts; channel 4 is broken, channel 5 is off. */
const spreads = [10, 11, 9, 10, 80, 0];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dant-noise-'));
  paths = writeRecording('x', rows);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function writeRecording(name: string, rows: number): { bin: string; meta: string } {
  const written = { bin: join(folder, `${name}.ap.bin`), meta: join(folder, `${name}.ap.meta`) };
  const random = new Random(3);
  const samples = new Int16Array(rows * (channels + 1));
  for (let row = 0; row < rows; row++) {
    // Common to all: the median over channels takes it away.
    const common = 100 * Math.sin(row / 50);
    for (let c = 0; c < channels; c++)
      samples[row * (channels + 1) + c] = Math.round(common + spreads[c]! * random.normal());
  }
  writeFileSync(written.bin, samples);
  const imro = spreads.map((_, c) => `(${c} 0 0 500 250 1)`).join('');
  const lines = [
    'nSavedChans=7',
    'snsApLfSy=6,0,1',
    'imSampRate=30000',
    'imAiRangeMax=0.6',
    `~imroTbl=(0,384)${imro}`,
    '',
  ];
  writeFileSync(written.meta, lines.join('\n'));
  return written;
}

it('is the standard deviation of each channel, and names the worst', async () => {
  const { sdsUv, medianUv, worst, samples } = await assessNoise(paths);
  expect(samples).toBe(1000);
  const uv = (1e6 * 0.6) / 512 / 500;
  expect(sdsUv[4]! / uv).toBeGreaterThan(70);
  expect(sdsUv[4]! / uv).toBeLessThan(90);
  for (const c of [0, 1, 2, 3]) expect(Math.abs(sdsUv[c]! / uv - 10)).toBeLessThan(4);
  expect(medianUv / uv).toBeGreaterThan(8);
  expect(worst[0]).toBe(4);
  expect(worst).not.toContain(0);
});

it('is the same with the same seed, and nearly with another', async () => {
  const [a, b, c] = [
    await assessNoise(paths, 1),
    await assessNoise(paths, 1, { threads: 1 }),
    await assessNoise(paths, 2),
  ];
  expect(a).toEqual(b);
  expect(c.sdsUv).not.toEqual(a.sdsUv);
  expect(c.medianUv / a.medianUv).toBeCloseTo(1, 0);
});

it('is of a recording too whose last block is so short that nothing of it is drawn', async () => {
  // Blocks have 4 MiB.
  const blockRows = Math.floor((4 * 2 ** 20) / (2 * (channels + 1)));
  const short = writeRecording('short', blockRows + 1);
  const { sdsUv, samples } = await assessNoise(short);
  expect(samples).toBe(Math.round((blockRows + 1) / 60));
  const whole = await assessNoise(writeRecording('whole', blockRows));
  for (const c of [0, 1, 2, 3, 4]) expect(sdsUv[c]! / whole.sdsUv[c]!).toBeCloseTo(1, 1);
});

it('is written as JSON', async () => {
  const noise = await assessNoise(paths);
  const path = join(folder, 'noise_0.json');
  await writeNoise(path, noise);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    median: noise.medianUv,
    SDs: [...noise.sdsUv],
    unit: 'uV',
    worst: noise.worst,
    samples: 1000,
  });
});
