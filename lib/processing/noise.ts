import { requireInteger, steeringOf } from '../arguments.js';
import { medianOf } from '../arrays.js';
import { replaceText } from '../files/text_file.js';
import type { RunOptions } from '../native/run.js';
import { Random } from '../random.js';
import { requireEphysPaths } from './arguments.js';
import { ColumnSpread } from './column_spread.js';
import { openEphys, type EphysPaths } from './ephys_file.js';
import { subtractMedians } from './ephys_rows.js';

/** How noisy the channels of a recording are. */
export interface NoiseAssessment {
  /** Median over the channels of their standard deviations, µV */
  medianUv: number;
  /** (C) standard deviation of each channel less the median over the channels, µV */
  sdsUv: Float64Array;
  /** Channels whose deviation is more than three times the median, or less than a third, the worst first */
  worst: number[];
  samples: number;
}

/** A share of all samples that is drawn */
const drawnShare = 1 / 60;
const noticed = 3;

/**
 * The noise of the channels of an `.ap` recording: of a sixtieth of its samples, drawn without replacement, the median over the neural channels
 * is subtracted; the standard deviation of what is left, in µV. The same seed draws the same ones. Rejects with DANT_DATA.
 */
export async function assessNoise(paths: EphysPaths, seed = 25_000, run: RunOptions = {}): Promise<NoiseAssessment> {
  requireEphysPaths(paths);
  requireInteger('seed', seed, 0);
  run = steeringOf('run', run);
  const file = await openEphys(paths, 'ap');
  try {
    const { columns, neuralColumns, uvPerBit } = file.meta;
    const channels = Int32Array.from({ length: neuralColumns }, (_, c) => c);
    // What the steps of a block tell is no progress of the whole.
    const control = { signal: run.signal, threads: run.threads };
    const spread = new ColumnSpread(neuralColumns, control);
    const random = new Random(seed);
    let row = 0;
    let left = Math.max(1, Math.round(file.rows * drawnShare));
    for await (const samples of file.samples(run.signal)) {
      const rows = samples.length / columns;
      // Each set of rows is equally likely (Knuth, The Art of Computer Programming, 3.4.2, algorithm S).
      const chosen: number[] = [];
      for (let r = 0; r < rows; r++) {
        if (random.uniform() * (file.rows - row - r) >= left) continue;
        chosen.push(r);
        left--;
      }
      row += rows;
      const taken = new Int16Array(chosen.length * columns);
      chosen.forEach((r, i) => {
        taken.set(samples.subarray(r * columns, (r + 1) * columns), i * columns);
      });
      const referenced = await subtractMedians(
        { samples: taken, columns, channels, offsets: new Float64Array(neuralColumns), scales: uvPerBit },
        control,
      );
      await spread.add(referenced);
      run.onProgress?.(row / file.rows);
    }
    const sdsUv = spread.deviations();
    const medianUv = medianOf(sdsUv);
    const off = (c: number) => Math.abs(Math.log((sdsUv[c]! + 1e-9) / (medianUv + 1e-9)));
    const worst = [...channels].filter((c) => off(c) > Math.log(noticed)).sort((a, b) => off(b) - off(a) || a - b);
    return { medianUv, sdsUv, worst, samples: spread.rows };
  } finally {
    await file.close();
  }
}

/** Writes `noise_N.json`: `median`, `SDs` (µV), `unit`, `worst`, `samples`. Rejects with DANT_OUTPUT. */
export async function writeNoise(path: string, { medianUv, sdsUv, worst, samples }: NoiseAssessment): Promise<void> {
  const content = { median: medianUv, SDs: Array.from(sdsUv), unit: 'uV', worst, samples };
  await replaceText(path, `${JSON.stringify(content)}\n`);
}
