import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { checkSteering, requireOptions, requireText } from '../../arguments.js';
import { makeNewFolder } from '../../files/new_folder.js';
import { writeNpz } from '../../files/npz_writer.js';
import type { WritableArray } from '../../files/write_elements.js';
import { simulationParameters, type SimulateOptions } from '../parameters.js';
import { faults, planUnits } from '../plan.js';
import { makeSpikeGlxProbe } from '../probe.js';
import { makeRecording, type Recording } from '../recording.js';
import type { SimulateControl, SimulationSummary } from '../simulate.js';
import type { SimulationParameters } from '../table.js';
import { sortedSpikes } from '../unit.js';
import { writeRawSession } from './render.js';
import { sortedClusters, writeSorterFolder, type SortedCluster } from './sorter_files.js';
import { metaText, scaleOf } from './spikeglx_files.js';

/** What is smaller, or less perfect, in a raw experiment unless it is asked for. */
export const rawDefaults: Partial<SimulationParameters> = {
  channels: 48,
  neurons: 20,
  sessions: 3,
  durationS: 20,
  firingRateHz: 8,
  samples: 90,
  splitFraction: 0.08,
  mixedFraction: 0.05,
  missedFraction: 0.08,
  peth: false,
};

export interface RawSummary extends SimulationSummary {
  /** Folders of the sessions, in order */
  folders: string[];
}

const run = 'run_g0';

/**
 * Writes a simulated chronic experiment as it comes from the rig: of each session a raw recording as SpikeGLX writes it and the folder
 * of a sorter (Kilosort 4, phy), in which some neurons are split, mixed or missed; and `truth.npz`: of each cluster its
 * `session`, `cluster_id`, `neuron` (that of the noise cluster is its own), `fault`, `shank`, `location`; `drift` and
 * `linear` of each session (see `simulate`), and `channel_locations`. The same options give the same bytes.
 * @param folder New or empty; appears whole or not at all.
 * @throws DANT_ARGUMENT for parameters that cannot be used, DANT_OUTPUT if the folder cannot be written.
 */
export async function simulateRaw(
  folder: string,
  options?: SimulateOptions,
  control?: SimulateControl,
): Promise<RawSummary> {
  requireText('folder', folder);
  const { signal, onProgress }: SimulateControl = requireOptions('control', control);
  checkSteering({ signal, onProgress });
  const parameters = simulationParameters(options, undefined, rawDefaults);
  const scale = scaleOf(parameters);
  const recording = makeRecording(parameters, makeSpikeGlxProbe(parameters));
  const units = planUnits(recording);
  const { sessions, channels, samples } = parameters;
  const digits = String(sessions).length;
  const names = Array.from({ length: sessions }, (_, s) => `D${String(s + 1).padStart(digits, '0')}`);
  const sorted = names.map((_, s) =>
    sortedClusters(
      recording,
      units.filter(({ session }) => session === s),
      s,
    ),
  );
  await makeNewFolder(folder, async (target) => {
    for (const [s, name] of names.entries()) {
      const probeFolder = join(target, name, run, `${run}_imec0`);
      await mkdir(probeFolder, { recursive: true });
      const file = `${run}_t0.imec0.ap`;
      const written = await writeRawSession(join(probeFolder, `${file}.bin`), recording, s, scale, {
        signal,
        onProgress: (share) => onProgress?.((s + share) / sessions),
      });
      const meta = metaText(parameters, recording.probe, scale, { name: `${run}_imec0/${file}.bin`, ...written });
      await writeFile(join(probeFolder, `${file}.meta`), meta);
      const binary = `../${run}/${run}_imec0/${file}.bin`;
      await writeSorterFolder(join(target, name, 'kilosort4'), recording, sorted[s]!, binary);
    }
    await writeNpz(join(target, 'truth.npz'), truthOf(recording, sorted));
  });
  return {
    units: units.length,
    unitsPerSession: names.map((_, s) => units.filter(({ session }) => session === s).length),
    neurons: new Set(units.map(({ neuron }) => neuron)).size,
    sessions,
    channels,
    samples,
    folders: names.map((name) => join(folder, name)),
  };
}

function truthOf(recording: Recording, sorted: readonly (readonly SortedCluster[])[]): Record<string, WritableArray> {
  const { probe, motion, neurons } = recording;
  const rows = sorted.flatMap((clusters, session) => clusters.map((cluster) => ({ ...cluster, session })));
  const integers = (value: (row: (typeof rows)[number]) => number): WritableArray => ({
    data: Int32Array.from(rows, value),
    shape: [rows.length],
    dtype: '<i8',
  });
  const locations = rows.flatMap(({ unit }) => {
    if (unit === undefined) return [NaN, NaN, NaN];
    const { neuron } = sortedSpikes(recording, unit).shares[0]!;
    return [neuron.xUm, neuron.yUm, neuron.zUm];
  });
  const channels = probe.xUm.length;
  return {
    session: integers(({ session }) => session + 1),
    cluster_id: integers(({ id }) => id),
    neuron: integers(({ unit, session }) => unit?.neuron ?? neurons.length + session),
    fault: integers(({ unit }) => unit?.fault ?? faults.none),
    shank: integers(({ unit }) => (unit ? neurons[unit.neuron]!.shank : 0)),
    location: { data: Float64Array.from(locations), shape: [rows.length, 3] },
    drift: { data: motion.constantUm, shape: [motion.constantUm.length] },
    linear: { data: motion.linear, shape: [motion.linear.length] },
    channel_locations: {
      data: Float64Array.from({ length: 2 * channels }, (_, i) => (i % 2 === 0 ? probe.xUm : probe.yUm)[i >> 1]!),
      shape: [channels, 2],
    },
  };
}
