import type { NdArray } from '../arrays.js';
import type { Dataset } from '../recording/dataset.js';
import { centreWaveforms } from './centring.js';
import { autoCorrelograms } from './correlograms.js';
import { isiHistograms } from './isi_histograms.js';
import { locateUnits } from './locations.js';
import type { Waveforms } from '../recording/waveforms.js';
import type { RunOptions } from '../native/run.js';
import { usedFeatures, type Settings } from '../settings/index.js';

/** What is computed of each unit on its own. */
export interface UnitFeatures {
  /** (N, C, T) centred if the settings ask for it, else as recorded */
  waveforms: Waveforms;
  /** (N) */
  peakChannels: Int32Array;
  /** (N, 3) x, y, z in µm */
  locationsUm: Float64Array;
  /** (N) µV; with triangulation the source strength α */
  amplitudes: Float64Array;
  /** (N) shank of the peak channel */
  shanks: Int32Array;
  /** (N, lags) */
  autoCorrelograms: NdArray<Float64Array>;
  /** (N, bins); absent when no feature list has ISI */
  isiHistograms?: NdArray<Float64Array>;
}

/** Features of all units (docs/reference-method.md, section 2). */
export async function computeUnitFeatures(
  dataset: Dataset,
  settings: Settings,
  options: RunOptions,
): Promise<UnitFeatures> {
  const { spikeLocation, autoCorr, ISI } = settings;
  const channelLocationsUm = {
    data: dataset.channelLocationsUm,
    shape: [dataset.channelLocationsUm.length / 2, 2],
  };
  const { peakChannels, locationsUm, amplitudes } = await locateUnits(
    {
      waveforms: dataset.waveforms,
      channelLocationsUm,
      nearestChannels: spikeLocation.n_nearest_channels,
      algorithm: spikeLocation.location_algorithm,
    },
    options,
  );
  const usesIsi = usedFeatures(settings).includes('ISI');
  return {
    waveforms: settings.centering_waveforms ? await centreWaveforms(dataset.waveforms, options) : dataset.waveforms,
    peakChannels,
    locationsUm,
    amplitudes,
    shanks: peakChannels.map((channel) => dataset.channelShanks?.[channel] ?? 1),
    autoCorrelograms: await autoCorrelograms(
      dataset.spikeTrains,
      { windowMs: autoCorr.window, binWidthMs: autoCorr.binwidth, gaussianSigmaMs: autoCorr.gaussian_sigma },
      options,
    ),
    ...(usesIsi && {
      isiHistograms: await isiHistograms(
        dataset.spikeTrains,
        { windowMs: ISI.window, binWidthMs: ISI.binwidth, gaussianSigmaMs: ISI.gaussian_sigma },
        options,
      ),
    }),
  };
}
