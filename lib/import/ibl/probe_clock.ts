import { join } from 'node:path';

import { doublesOf, requireText } from '../../arguments.js';
import { DantError } from '../../errors.js';
import { fileError } from '../../files/file_error.js';
import { readText } from '../../files/text_file.js';
import { readNpy } from '../../files/npy.js';
import { requireCache, requireSession } from './arguments.js';
import type { OneCache, OneSession } from './one_cache.js';
import { sessionFiles, type SessionFiles } from './session_files.js';

/** The clock of a probe against the session's: samples of the probe's recording, and seconds. */
export interface ProbeClock {
  /** Of the probe's own clock, Hz */
  sampleRateHz: number;
  /** Session time of samples, s: linear between the points that were synchronised, and beyond the outer ones. */
  samplesToTimes(samples: ArrayLike<number>): Float64Array;
  /** The reverse; not whole numbers */
  timesToSamples(timesS: ArrayLike<number>): Float64Array;
}

/** Where no .ap.meta file tells */
const usualRateHz = 30_000;

/**
 * The clock of a probe: `_spikeglx_*.timestamps.npy` in `raw_ephys_data/<probe>`, (points, 2) samples and session times. The sampling rate
 * is that of the `.ap.meta` beside it, else 30 kHz. Rejects with DANT_DATA if the file is missing or does not ascend.
 */
export async function loadProbeClock(cache: OneCache, session: OneSession, probe: string): Promise<ProbeClock> {
  requireCache(cache);
  requireSession(session);
  requireText('probe', probe);
  return probeClock(await sessionFiles(cache, session), probe);
}

export async function probeClock({ session, files }: SessionFiles, probe: string): Promise<ProbeClock> {
  const collection = `raw_ephys_data/${probe}`;
  const raw = files.filter((file) => file.collection === collection && file.namespace === 'spikeglx');
  const isTimes = ({ attribute, extra, extension }: (typeof raw)[number]) =>
    (extra === 'timestamps' || attribute === 'timestamps') && extension === 'npy';
  const file = raw
    .filter(isTimes)
    .sort((a, b) => (a.revision < b.revision ? -1 : 1))
    .at(-1);
  if (file === undefined) {
    throw fileError(
      join(session.folder, collection),
      'there is no _spikeglx_*.timestamps.npy, which puts the clock of the probe and that of the session together.',
    );
  }
  const path = join(session.folder, file.path);
  const { data, shape } = await readNpy(path, { as: 'float64' });
  const [points = 0, columns] = shape;
  if (columns !== 2 || points < 2) {
    throw fileError(path, `expected samples and times, (2 or more, 2), but found the shape (${shape.join(', ')}).`);
  }
  const samples = Float64Array.from({ length: points }, (_, i) => data[2 * i]!);
  const times = Float64Array.from({ length: points }, (_, i) => data[2 * i + 1]!);
  for (let i = 1; i < points; i++) {
    if (samples[i]! > samples[i - 1]! && times[i]! > times[i - 1]!) continue;
    throw fileError(path, `expected ascending samples and times, but row ${i} does not follow row ${i - 1}.`);
  }
  const meta = raw.find(({ extra, extension }) => extra?.split('.')[0] === 'ap' && extension === 'meta');
  return {
    sampleRateHz: meta === undefined ? usualRateHz : await rateOf(join(session.folder, meta.path)),
    samplesToTimes: (values) => interpolate(samples, times, values),
    timesToSamples: (values) => interpolate(times, samples, values),
  };
}

async function rateOf(path: string): Promise<number> {
  const text = await readText(path);
  const rate = Number(/^imSampRate=(.*)$/m.exec(text)?.[1]);
  if (!(rate > 0)) throw fileError(path, 'there is no imSampRate. Expected a .meta file of SpikeGLX.');
  return rate;
}

function interpolate(x: Float64Array, y: Float64Array, values: ArrayLike<number>): Float64Array {
  return doublesOf('values', values).map((value) => {
    if (Number.isNaN(value)) throw new DantError('DANT_INPUT', 'A sample or time is NaN.');
    let [low, high] = [1, x.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (x[middle]! < value) low = middle + 1;
      else high = middle;
    }
    const slope = (y[low]! - y[low - 1]!) / (x[low]! - x[low - 1]!);
    return slope * (value - x[low - 1]!) + y[low - 1]!;
  });
}
