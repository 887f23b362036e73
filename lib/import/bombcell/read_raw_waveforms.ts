import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { fileError } from '../../files/file_error.js';
import { readNpy } from '../../files/npy.js';
import { findRawWaveforms, rawWaveformPlaces } from './places.js';

/** Mean waveforms of units, as Bombcell and UnitMatch leave them. */
export interface RawWaveforms {
  folder: string;
  samples: number;
  /** Columns of the recording without its sync channel */
  columns: number;
  /** A unit's mean, (columns, samples) counts; NaN where it was not measured. Undefined: it has none */
  of(cluster: number): Promise<Float64Array | undefined>;
}

/** Finds `Unit<cluster>_RawSpikes.npy`, (samples, columns, 2 halves of the session), below a sorter's folder. Rejects with DANT_DATA. */
export async function openRawWaveforms(sorter: string): Promise<RawWaveforms> {
  const folder = findRawWaveforms(sorter);
  if (folder === undefined) {
    throw fileError(
      sorter,
      `there is no ${rawWaveformPlaces.join(', ')}. Run Bombcell or UnitMatch with its extraction of raw waveforms.`,
    );
  }
  const first = (await readdir(folder)).sort().find((name) => fileName.test(name));
  if (first === undefined) throw fileError(folder, 'there is no file Unit<id>_RawSpikes.npy.');
  const { shape } = await readHalves(join(folder, first));
  const [samples, columns] = shape as [number, number];
  return {
    folder,
    samples,
    columns,
    async of(cluster) {
      const path = join(folder, `Unit${cluster}_RawSpikes.npy`);
      if (!existsSync(path)) return undefined;
      const { data, shape: own } = await readHalves(path);
      if (own[0] !== samples || own[1] !== columns) {
        throw fileError(
          path,
          `has the shape (${own.join(', ')}), that of ${first} begins with ${samples}, ${columns}.`,
        );
      }
      return meanOfHalves(data, samples, columns, own[2]!);
    },
  };
}

const fileName = /^Unit\d+_RawSpikes\.npy$/;

async function readHalves(path: string) {
  const array = await readNpy(path, { as: 'float64' });
  if (array.shape.length === 3 && array.shape[2]! <= 2 && array.shape.every((length) => length > 0)) return array;
  throw fileError(path, `expected the shape (samples, channels, 2) but found (${array.shape.join(', ')}).`);
}

/** (columns, samples) of (samples, columns, halves): the mean of the halves that have a value. */
function meanOfHalves(data: Float64Array, samples: number, columns: number, halves: number): Float64Array {
  const means = new Float64Array(columns * samples);
  for (let c = 0; c < columns; c++) {
    for (let t = 0; t < samples; t++) {
      const own = data.subarray((t * columns + c) * halves, (t * columns + c + 1) * halves);
      const finite = own.filter((value) => Number.isFinite(value));
      means[c * samples + t] = finite.reduce((sum, value) => sum + value, 0) / finite.length;
    }
  }
  return means;
}
