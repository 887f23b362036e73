import type { WritableArray } from '../files/write_elements.js';
import type { Settings } from '../settings/index.js';
import { correctedWaveforms } from './corrected_waveforms.js';
import type { ResultArrays } from './result_array.js';
import type { Scope } from './scope.js';

/** The rows of the folder's units out of a table of all units. */
export function rowsOf({ units, dataset }: Scope, table: Float64Array, length?: number): WritableArray {
  const shape = length === undefined ? [units.length] : [units.length, length];
  const width = length ?? 1;
  if (units.length === dataset.sessions.length) return { data: table, shape };
  const data = new Float64Array(units.length * width);
  units.forEach((unit, i) => {
    data.set(table.subarray(unit * width, (unit + 1) * width), i * width);
  });
  return { data, shape };
}

export function spikeFeatureFiles(scope: Scope, settings: Settings): ResultArrays {
  const { autoCorrelograms, isiHistograms } = scope.result.features;
  const { peth } = scope.dataset;
  const isiBins = Math.ceil(settings.ISI.window / settings.ISI.binwidth);
  return {
    auto_corr: rowsOf(scope, autoCorrelograms.data, autoCorrelograms.shape[1]),
    isi: isiHistograms
      ? rowsOf(scope, isiHistograms.data, isiHistograms.shape[1])
      : { data: new Float64Array(scope.units.length * isiBins).fill(NaN), shape: [scope.units.length, isiBins] },
    ...(peth && { peth: rowsOf(scope, peth.data, peth.shape[1]) }),
  };
}

export function waveformFiles(scope: Scope, settings: Settings): ResultArrays {
  const { waveforms } = scope.result.features;
  const [, channels, samples] = waveforms.shape as [number, number, number];
  const shape = [scope.units.length, channels, samples];
  const size = channels * samples;
  function* centred() {
    for (const unit of scope.units) yield waveforms.data.subarray(unit * size, (unit + 1) * size);
  }
  return {
    ...(settings.centering_waveforms && { waveforms_centered: { dtype: '<f8', shape, blocks: centred } }),
    waveforms_corrected: correctedWaveforms({
      waveforms,
      channelLocationsUm: scope.dataset.channelLocationsUm,
      units: scope.units,
      groups: scope.groups.map(({ group: { correction }, places }) => ({ correction, places })),
    }),
  };
}
