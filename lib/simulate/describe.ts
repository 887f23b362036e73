import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { writeNpy } from '../files/npy_writer.js';
import { writeNpz } from '../files/npz_writer.js';
import type { WritableArray } from '../files/write_elements.js';
import { completeSettings, type FeatureName } from '../settings/index.js';
import { settingsTemplate } from '../settings/template.js';
import type { PlannedUnit } from './plan.js';
import type { Recording } from './recording.js';

/** Writes everything but the units' own files: channels, sessions, settings, truth. */
export async function writeDescription(
  folder: string,
  recording: Recording,
  units: readonly PlannedUnit[],
  locations: Float64Array,
): Promise<void> {
  const { probe, motion, neurons } = recording;
  const channels = probe.xUm.length;
  const positions = Float64Array.from({ length: 2 * channels }, (_, i) =>
    i % 2 === 0 ? probe.xUm[i / 2]! : probe.yUm[(i - 1) / 2]!,
  );
  await writeNpy(join(folder, 'channel_locations.npy'), { data: positions, shape: [channels, 2] });
  if (probe.shanks > 1) await writeNpy(join(folder, 'channel_shanks.npy'), integers(probe.shank));
  await writeNpy(join(folder, 'session_index.npy'), integers(units.map(({ session }) => session + 1)));
  await writeFile(join(folder, 'settings.json'), settingsFor(recording));
  await writeNpz(join(folder, 'truth.npz'), {
    neuron: integers(units.map(({ neuron }) => neuron)),
    fault: integers(units.map(({ fault }) => fault)),
    shank: integers(units.map(({ neuron }) => neurons[neuron]!.shank)),
    location: { data: locations, shape: [units.length, 3] },
    drift: { data: motion.constantUm, shape: [motion.constantUm.length] },
    linear: { data: motion.linear, shape: [motion.linear.length] },
  });
}

/** In the type that numpy gives whole numbers. */
function integers(values: ArrayLike<number>): WritableArray {
  return { data: Int32Array.from(values), shape: [values.length], dtype: '<i8' };
}

/** The text of a settings file that uses what the recording has. */
function settingsFor({ parameters, probe, motion }: Recording): string {
  const perShank = parameters.channels / probe.shanks;
  const withPeth = (features: FeatureName[]): FeatureName[] => (parameters.peth ? [...features, 'PETH'] : features);
  const { settings } = completeSettings({
    spikeLocation: { n_nearest_channels: Math.min(20, parameters.channels) },
    waveformCorrection: {
      n_nearest_channels: Math.min(38, perShank),
      linear_correction: motion.linear.some((slope) => slope !== 0),
    },
    motionEstimation: {
      features: [...(parameters.peth ? [withPeth(['AutoCorr'])] : []), withPeth(['Waveform', 'AutoCorr'])],
    },
  });
  return settingsTemplate(settings);
}
