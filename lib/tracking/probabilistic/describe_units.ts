import { alignWaveforms, type AlignedWaveforms } from '../../matching/aligned_waveforms.js';
import {
  componentCount,
  logAmplitudes,
  logFiringRates,
  shapeScores,
  type ShapeScores,
} from '../../matching/unit_vectors.js';
import type { RunOptions } from '../../native/run.js';
import type { MatchFeatureName } from '../../settings/index.js';
import type { TrackedUnits } from '../tracked_units.js';

/** What the units of a group are matched by. */
export interface UnitDescription {
  /** Principal components of shapes. */
  shapes: ShapeScores[];
  /** Single numbers, each (n). */
  columns: Float64Array[];
}

export async function describeUnits(
  units: TrackedUnits,
  features: readonly MatchFeatureName[],
  options: RunOptions,
): Promise<UnitDescription> {
  const { count } = units;
  const shapes: ShapeScores[] = [];
  const columns: Float64Array[] = [];
  const usesWaveform = features.includes('AlignedWaveform') || features.includes('Amplitude');
  const waveforms = usesWaveform ? await align(units, options) : undefined;
  for (const feature of features) {
    switch (feature) {
      case 'AlignedWaveform':
        shapes.push(
          await shapeScores(
            feature,
            waveforms!.aligned,
            count,
            { centreRows: false, components: componentCount(count, 8, 40) },
            options,
          ),
        );
        break;
      case 'AutoCorr':
      case 'ISI':
      case 'PETH':
        shapes.push(
          await shapeScores(
            feature,
            units.rows(feature),
            count,
            { centreRows: true, components: componentCount(count, 16, 10) },
            options,
          ),
        );
        break;
      case 'Location':
        // Near the probe, a micrometre away from it changes more than farther off.
        columns.push(
          units.xUm,
          units.distancesUm,
          units.distancesUm.map((z) => Math.log(Math.max(z, 1))),
        );
        break;
      case 'Amplitude':
        columns.push(...logAmplitudes(waveforms!.aligned, count, waveforms!.depths));
        break;
      case 'FiringRate':
        columns.push(logFiringRates(units.spikeTrains, units.indices, units.sessions));
        break;
    }
  }
  return { shapes, columns };
}

function align(units: TrackedUnits, options: RunOptions): Promise<AlignedWaveforms> {
  const { waveforms, indices, channelLocationsUm, depthsUm, peakChannels } = units;
  const [, channels, samples] = waveforms.shape as [number, number, number];
  return alignWaveforms(
    { waveforms: waveforms.data, units: indices, channels, samples, channelLocationsUm, depthsUm, peakChannels },
    options,
  );
}
