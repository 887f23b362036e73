import { access } from 'node:fs/promises';
import { join } from 'node:path';

import { DantError } from '../errors.js';
import { readTrackedUnits, trackedUnitsFile } from '../export/tracked_units.js';
import { readNpy } from '../files/npy.js';
import { readNpz } from '../files/npz.js';
import type { Motion } from '../recording/motion.js';

/** What is true of a simulated recording. N units. */
export interface Truth {
  /** (N) */
  neuron: Float64Array;
  /** (N) from 1 */
  session: Float64Array;
  motion: Motion;
  /** (C) of the channels, µm */
  depthsUm: Float64Array;
}

/**
 * Reads the truth.npz of "dant simulate". That of a raw experiment lists clusters of the sorter: whose the units of the result
 * are, its tracked_units.csv tells. Rejects with DANT_DATA.
 */
export async function readTruth(resultFolder: string, dataFolder: string): Promise<Truth> {
  const file = join(dataFolder, 'truth.npz');
  if (!(await exists(file))) {
    throw new DantError(
      'DANT_DATA',
      `${dataFolder} has no truth.npz, so there is nothing to compare with. Expected a recording of "dant simulate".`,
    );
  }
  const arrays = await readNpz(file);
  const vector = (name: string): Float64Array => {
    const data = arrays[name]?.data;
    if (data === undefined || Array.isArray(data)) {
      throw new DantError('DANT_DATA', `${file}: expected an array of numbers called ${name}.`);
    }
    return Float64Array.from(data as ArrayLike<number | bigint>, Number);
  };
  const motion = { constantUm: vector('drift'), linear: vector('linear') };
  const depthsOf = (locations: Float64Array) => locations.filter((_, i) => i % 2 === 1);
  if (arrays.cluster_id === undefined) {
    const read = async (name: string) => (await readNpy(join(dataFolder, name), { as: 'float64' })).data;
    return {
      neuron: vector('neuron'),
      session: await read('session_index.npy'),
      motion,
      depthsUm: depthsOf(await read('channel_locations.npy')),
    };
  }
  const [session, cluster, neuron] = [vector('session'), vector('cluster_id'), vector('neuron')];
  const neuronOf = new Map(Array.from(neuron, (value, i) => [`${session[i]} ${cluster[i]}`, value]));
  const units = await readTrackedUnits(resultFolder);
  return {
    neuron: Float64Array.from(units, (unit) => {
      const found = neuronOf.get(`${unit.session} ${unit.clusterId}`);
      if (found !== undefined) return found;
      throw new DantError(
        'DANT_DATA',
        `${join(resultFolder, trackedUnitsFile)}: cluster ${unit.clusterId} of session ${unit.session} is not in ${file}. ` +
          'Expected the result of all of its sessions, in their order.',
      );
    }),
    session: Float64Array.from(units, (unit) => unit.session),
    motion,
    depthsUm: depthsOf(vector('channel_locations')),
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
