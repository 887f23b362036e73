import { correctWaveforms } from '../correction/krige.js';
import type { Correction } from '../correction/templates.js';
import type { Waveforms } from '../recording/waveforms.js';
import { blockBytes } from '../files/output_file.js';
import type { Space } from '../files/write_elements.js';
import type { RunOptions } from '../native/run.js';
import type { ResultArray } from './result_array.js';

/** The waveforms of the units of a folder, and how they are corrected. */
export interface CorrectedWaveforms {
  /** (N, C, T) of all units of the data set */
  waveforms: Waveforms;
  /** (C, 2) */
  channelLocationsUm: Float64Array;
  /** (n) the units of the folder, by index in the data set */
  units: Int32Array;
  /** Those that are corrected together, each with the places of its units among those of the folder. */
  groups: readonly { correction: Correction; places: Int32Array }[];
}

/** Corrected waveforms (n, C, T, K), computed while they are written. */
export function correctedWaveforms(of: CorrectedWaveforms): ResultArray {
  const [, channels, samples] = of.waveforms.shape as [number, number, number];
  const shape = [of.units.length, channels, samples, templateCount(of)];
  return { dtype: '<f8', shape, blocks: (space, options) => correctedBlocks(of, space, options) };
}

/** The same for all groups. */
function templateCount({ groups }: CorrectedWaveforms): number {
  return groups[0]!.correction.templatesUm.length;
}

async function* correctedBlocks(
  of: CorrectedWaveforms,
  space: Space,
  options: RunOptions,
): AsyncGenerator<Float64Array> {
  const { waveforms, channelLocationsUm, units } = of;
  const [, channels, samples] = waveforms.shape as [number, number, number];
  const templates = templateCount(of);
  const shiftsUm = new Float64Array(templates * units.length);
  for (const { correction, places } of of.groups) {
    for (let k = 0; k < templates; ++k) {
      places.forEach((place, i) => {
        shiftsUm[k * units.length + place] = correction.shiftsUm[k * places.length + i]!;
      });
    }
  }
  const perUnit = channels * samples * templates;
  const unitsPerBlock = Math.max(1, Math.floor(blockBytes / (8 * perUnit)));
  for (let first = 0; first < units.length; first += unitsPerBlock) {
    const corrected = await space(Float64Array, Math.min(unitsPerBlock, units.length - first) * perUnit);
    await correctWaveforms(
      { waveforms: waveforms.data, units, channels, samples, channelLocationsUm, shiftsUm, templates },
      { first, corrected },
      options,
    );
    yield corrected;
  }
}
