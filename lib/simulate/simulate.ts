import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { checkSteering, requireOptions, requireText } from '../arguments.js';
import { abortError } from '../errors.js';
import { makeNewFolder } from '../files/new_folder.js';
import { NpyWriter, writeNpy } from '../files/npy_writer.js';
import type { WritableData } from '../files/encode.js';
import { writeDescription } from './describe.js';
import { simulationParameters, type SimulateOptions } from './parameters.js';
import { planUnits, type PlannedUnit } from './plan.js';
import { makeRecording, type Recording } from './recording.js';
import { makeUnit, type Unit } from './unit.js';

export interface SimulateControl {
  /** Stops the simulation; nothing is left behind. */
  signal?: AbortSignal | undefined;
  /** Told the share of the units that is done, 0 … 1. */
  onProgress?: ((fraction: number) => void) | undefined;
}

/** What was simulated. */
export interface SimulationSummary {
  units: number;
  /** Units of each session. */
  unitsPerSession: number[];
  /** Neurons that were recorded at least once. */
  neurons: number;
  sessions: number;
  channels: number;
  samples: number;
}

/** Waveforms that are made before they are written, bytes. */
const batchBytes = 4 * 2 ** 20;

/**
 * Writes a simulated chronic recording, with known identity of each unit and known motion, as an input folder of the
 * tracker (docs/reference-method.md, section 1) with its `settings.json` and its `truth.npz`: `neuron`, `fault` (0 none, 1
 * part of a split neuron, 2 mixed with a neighbour), `shank` and `location` (µm: across the probe, depth, distance
 * from its plane) of each unit; `drift` (µm) and `linear` (µm/mm) of each session, so that what is at depth y without
 * motion is recorded at y + drift + 0.001·linear·y.
 *
 * The memory that it needs does not grow with the size of the waveforms. The same options give the same bytes.
 * @param folder New or empty; appears whole or not at all.
 * @throws DANT_ARGUMENT for parameters that cannot be used, DANT_OUTPUT if the folder cannot be written.
 */
export async function simulate(
  folder: string,
  options?: SimulateOptions,
  control?: SimulateControl,
): Promise<SimulationSummary> {
  requireText('folder', folder);
  const { signal, onProgress }: SimulateControl = requireOptions('control', control);
  checkSteering({ signal, onProgress });
  const recording = makeRecording(simulationParameters(options));
  const units = planUnits(recording);
  await makeNewFolder(folder, async (target) => {
    const locations = await writeUnits(target, recording, units, { signal, onProgress });
    await writeDescription(target, recording, units, locations);
  });
  return summary(recording, units);
}

/** Makes and writes the units batch by batch: one batch is written while the next is made. Returns their locations. */
async function writeUnits(
  folder: string,
  recording: Recording,
  units: readonly PlannedUnit[],
  { signal, onProgress }: SimulateControl,
): Promise<Float64Array> {
  const { channels, samples, dtype, peth, pethBins } = recording.parameters;
  const empty = (length: number) => (dtype === 'float32' ? new Float32Array(length) : new Float64Array(length));
  const unitLength = channels * samples;
  const batch = Math.max(1, Math.floor(batchBytes / empty(unitLength).byteLength));
  const buffers = [empty(batch * unitLength), empty(batch * unitLength)];
  const locations = new Float64Array(3 * units.length);

  await mkdir(join(folder, 'spike_times'));
  const waveforms = await NpyWriter.create(join(folder, 'waveform_all.npy'), {
    dtype: dtype === 'float32' ? '<f4' : '<f8',
    shape: [units.length, channels, samples],
  });
  const responses = peth
    ? await NpyWriter.create(join(folder, 'peth.npy'), { dtype: '<f8', shape: [units.length, pethBins] })
    : undefined;
  const write = (buffer: WritableData, made: Unit[], first: number) =>
    allDone([
      waveforms.write(buffer),
      responses?.write(joined(made, pethBins)),
      ...made.map(({ spikeTimes }, k) => {
        const file = join(folder, 'spike_times', `Unit${first + k}.npy`);
        return writeNpy(file, { data: spikeTimes, shape: [spikeTimes.length] });
      }),
    ]);

  let writing: Promise<unknown> = Promise.resolve();
  try {
    for (let first = 0; first < units.length; first += batch) {
      const count = Math.min(batch, units.length - first);
      const buffer = buffers[(first / batch) % 2]!.subarray(0, count * unitLength);
      const made: Unit[] = [];
      for (let k = 0; k < count; k++) {
        if (signal?.aborted) throw abortError(signal);
        const unit = makeUnit(recording, units[first + k]!, buffer.subarray(k * unitLength, (k + 1) * unitLength));
        locations.set(unit.locationUm, 3 * (first + k));
        made.push(unit);
      }
      await writing;
      onProgress?.((first + count) / units.length);
      writing = write(buffer, made, first);
    }
    await writing;
  } finally {
    // Everything is closed before the folder may be removed.
    await Promise.allSettled([writing]);
    await waveforms.close();
    await responses?.close();
  }
  return locations;
}

/** As Promise.all, but a failure is reported only when nothing is going on any more. */
async function allDone(actions: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  const results = await Promise.allSettled(actions.filter((action) => action !== undefined));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** The units' histograms, one after the other. */
function joined(units: readonly Unit[], bins: number): Float64Array {
  const all = new Float64Array(units.length * bins);
  units.forEach(({ peth }, k) => {
    all.set(peth!, k * bins);
  });
  return all;
}

function summary({ parameters }: Recording, units: readonly PlannedUnit[]): SimulationSummary {
  const { sessions, channels, samples } = parameters;
  const unitsPerSession = new Array<number>(sessions).fill(0);
  for (const { session } of units) unitsPerSession[session]!++;
  const neurons = new Set(units.map(({ neuron }) => neuron)).size;
  return { units: units.length, unitsPerSession, neurons, sessions, channels, samples };
}
