import { join } from 'node:path';

import { readNpy } from '../../../lib/files/npy.js';
import { simulate } from '../../../lib/simulate/simulate.js';
import { writeAlf } from './alf_writer.js';

/** Of a mean waveform in waveforms.templates.npy: samples, and channels around the unit. */
export const samplesInFile = 128;
export const width = 40;

/** The numbers of a .npy file. */
export const float64 = async (path: string) => (await readNpy(path, { as: 'float64' })).data;

/**
 * A simulated recording as a ONE cache: waveforms at 40 of 64 channels, the trough up to 3 samples from where it should be.
 * `data`: where the recording itself is put, as "dant simulate" writes it.
 */
export async function simulatedCache(path: string, data: string) {
  await simulate(data, { neurons: 45, sessions: 3, channels: 64, samples: 61, durationS: 120, seed: 5 });
  const waveforms = await readNpy(join(data, 'waveform_all.npy'), { as: 'float64' });
  const [, channels, samples] = waveforms.shape as [number, number, number];
  const locations = await float64(join(data, 'channel_locations.npy'));
  const sessions = await float64(join(data, 'session_index.npy'));
  const of = (unit: number, channel: number, t: number) =>
    waveforms.data[(unit * channels + channel) * samples + t] ?? 0;
  const unitOf: number[][] = [];
  const troughs: number[] = [];
  for (let session = 1; session <= 3; session++) {
    const units = Array.from(sessions.keys()).filter((unit) => sessions[unit] === session);
    unitOf.push(units);
    const spikes: [number, number][] = [];
    const templates = new Float32Array(units.length * width * samplesInFile).fill(NaN);
    const columns = new Int32Array(units.length * width);
    const peaks = new Int32Array(units.length);
    for (const [cluster, unit] of units.entries()) {
      for (const time of await float64(join(data, 'spike_times', `Unit${unit}.npy`)))
        spikes.push([time / 1000, cluster]);
      let [peak, trough, largest] = [0, 0, -1];
      for (let channel = 0; channel < channels; channel++) {
        const values = Array.from({ length: samples }, (_, t) => of(unit, channel, t));
        const range = Math.max(...values) - Math.min(...values);
        if (range > largest) [peak, trough, largest] = [channel, values.indexOf(Math.min(...values)), range];
      }
      peaks[cluster] = peak;
      troughs[unit] = trough;
      const distance = (channel: number) =>
        Math.hypot(
          locations[2 * channel]! - locations[2 * peak]!,
          locations[2 * channel + 1]! - locations[2 * peak + 1]!,
        );
      const near = Array.from({ length: channels }, (_, channel) => channel).sort((a, b) => distance(a) - distance(b));
      const start = trough - 42 + (unit % 7) - 3;
      near.slice(0, width).forEach((channel, c) => {
        columns[cluster * width + c] = channel;
        for (let t = 0; t < samplesInFile; t++) {
          const at = start + t;
          templates[(cluster * width + c) * samplesInFile + t] =
            1e-6 * (at >= 0 && at < samples ? of(unit, channel, at) : 0);
        }
      });
    }
    spikes.sort(([a], [b]) => a - b);
    await writeAlf(join(path, `lab/Subjects/M1/2024-06-0${session}/001/alf/probe00/iblsorter`), {
      timesS: Float64Array.from(spikes, ([time]) => time),
      clusters: Int32Array.from(spikes, ([, cluster]) => cluster),
      channels: peaks,
      labels: units.map(() => 1),
      localCoordinates: locations,
      rawInd: Int32Array.from({ length: channels }, (_, channel) => channel),
      templates: { data: templates, width, columns, spikes: 7 },
    });
  }
  return { data, unitOf, troughs, of, channels };
}
