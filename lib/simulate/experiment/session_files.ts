import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

import { withOutputErrors } from '../../files/npy_writer.js';
import { Random } from '../../random.js';
import { writeTdms, type WrittenChannel } from '../../tdms/write_tdms.js';
import { stream } from '../streams.js';
import type { Pulse, SessionPlan } from './session_plan.js';

/** Of the simulated behaviour: a fifth of what is usual, which keeps the files small */
const behaviourHz = 5000;
const segmentS = 2;
const volts = { low: 0.01, high: 5, noise: 0.004 };

export const lfHz = 2500;
/** Sync input in the sync word */
export const syncValue = 64;

/** Writes the behaviour file of a session: a group for each signal, a segment for each 2 s. */
export async function writeBehaviour(path: string, plan: SessionPlan, seed: number, session: number): Promise<void> {
  const signals: [string, readonly Pulse[], boolean][] = [
    ['NpxlSync_Signal', plan.sync, false],
    ...Object.entries(plan.channels).map(([name, pulses]): [string, readonly Pulse[], boolean] => [
      name,
      pulses,
      name === 'Front_Sensor',
    ]),
  ];
  const states = signals.map(([, pulses, isInverted]) => sampler(pulses, isInverted));
  const random = new Random(seed, stream.behaviourNoise, session);
  const samples = Math.round(plan.behaviourS * behaviourHz);
  const perSegment = segmentS * behaviourHz;
  function* segments(): Generator<WrittenChannel[]> {
    for (let first = 0; first < samples; first += perSegment) {
      const count = Math.min(perSegment, samples - first);
      yield signals.map(([group], k) => {
        const values = new Float64Array(count);
        random.addNormal(values, volts.noise);
        for (let i = 0; i < count; i++) values[i]! += states[k]!((first + i) / behaviourHz) ? volts.high : volts.low;
        const properties = { wf_increment: 1 / behaviourHz, wf_samples: count, NI_UnitDescription: 'V' };
        return { group, name: '0', values, properties };
      });
    }
  }
  await writeTdms(path, segments());
}

/** Whether the probe's sync input is on, sample by sample. */
export function probeSync({ sync, probeStartS, driftPpm }: SessionPlan, rateHz: number): (sample: number) => boolean {
  const state = sampler(sync, false);
  return (sample) => state(probeStartS + (sample / rateHz) * (1 + 1e-6 * driftPpm));
}

/** Whether a signal is on, at times that only grow. */
function sampler(pulses: readonly Pulse[], isInverted: boolean): (timeS: number) => boolean {
  let next = 0;
  return (timeS) => {
    while (next < pulses.length && pulses[next]![1] <= timeS) next++;
    return (next < pulses.length && pulses[next]![0] <= timeS) !== isInverted;
  };
}

/** Writes the .lf.bin of a session: a wave of 8 Hz and noise, weaker along the probe, and the sync word. Returns rows and SHA-1. */
export async function writeLf(
  path: string,
  plan: SessionPlan,
  channels: number,
  seconds: number,
  seed: number,
  session: number,
): Promise<{ rows: number; sha1: string }> {
  const rows = Math.round(seconds * lfHz);
  const random = new Random(seed, stream.lfNoise, session);
  const noise = new Float32Array(rows);
  random.addNormal(noise, 8);
  const isOn = probeSync(plan, lfHz);
  const words = new Int16Array(rows * (channels + 1));
  for (let row = 0; row < rows; row++) {
    const wave = 40 * Math.sin((2 * Math.PI * 8 * row) / lfHz) + noise[row]!;
    const at = row * (channels + 1);
    for (let c = 0; c < channels; c++) words[at + c] = Math.round(wave * (1 - (0.5 * c) / channels));
    words[at + channels] = isOn(row) ? syncValue : 0;
  }
  const bytes = new Uint8Array(words.buffer);
  await withOutputErrors(path, () => writeFile(path, bytes, { flag: 'wx' }));
  return { rows, sha1: createHash('sha1').update(bytes).digest('hex').toUpperCase() };
}

/** The .lf.meta that goes with an .ap.meta. */
export function lfMetaText(
  apMeta: string,
  name: string,
  channels: number,
  file: { rows: number; sha1: string },
): string {
  const changes: Record<string, string | number> = {
    fileName: name,
    fileSHA1: file.sha1,
    fileSizeBytes: 2 * (channels + 1) * file.rows,
    fileTimeSecs: file.rows / lfHz,
    imSampRate: lfHz,
    snsApLfSy: `0,${channels},1`,
    snsSaveChanSubset: `384:${384 + channels - 1},768`,
    '~snsChanMap': `(384,384,1)${Array.from({ length: channels }, (_, c) => `(LF${c};${384 + c}:${c})`).join('')}(SY0;768:${channels})`,
  };
  return apMeta.replace(/^([^=\n]+)=.*$/gm, (line, key: string) => (key in changes ? `${key}=${changes[key]}` : line));
}

/** Puts a file into `<file>.tar.gz`, alone, and removes it. The same file gives the same bytes. */
export async function archive(path: string, name: string): Promise<void> {
  const { size } = await stat(path);
  const tar = pack();
  const target = createWriteStream(`${path}.tar.gz`, { flags: 'wx' });
  await withOutputErrors(path, async () => {
    const writing = pipeline(tar, createGzip({ level: 1, chunkSize: 2 ** 20 }), target);
    const entry = tar.entry({ name, size, mode: 0o644, mtime: new Date(1_609_459_200_000) });
    await Promise.all([
      writing,
      pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), entry as unknown as NodeJS.WritableStream).then(
        () => {
          tar.finalize();
        },
      ),
    ]);
    await rm(path);
  });
}
