import { describe, expect, it } from 'vitest';

import type { NdArray } from '../../lib/arrays.js';
import { centreWaveforms } from '../../lib/features/centring.js';
import { autoCorrelograms } from '../../lib/features/correlograms.js';
import { isiHistograms } from '../../lib/features/isi_histograms.js';
import { locateUnits } from '../../lib/features/locations.js';
import { joinSpikeTrains } from '../../lib/recording/spike_trains.js';
import type { Settings } from '../../lib/settings/index.js';
import { goldenSets } from '../golden.js';
import { deviation } from './deviation.js';

/** Sum of squared residuals of a monopole on the channels nearest to the peak channel, as the specification writes it. */
function monopoleCost(
  peakToTrough: number[],
  channels: Float64Array,
  peak: number,
  nearest: number,
  [x, y, z]: number[],
  amplitude: number,
): number {
  const squaredDistance = (c: number) =>
    (channels[2 * c]! - channels[2 * peak]!) ** 2 + (channels[2 * c + 1]! - channels[2 * peak + 1]!) ** 2;
  return [...peakToTrough.keys()]
    .sort((a, b) => squaredDistance(a) - squaredDistance(b) || a - b)
    .slice(0, nearest)
    .map((c) => peakToTrough[c]! - amplitude / Math.hypot(x! - channels[2 * c]!, y! - channels[2 * c + 1]!, z!))
    .reduce((sum, residual) => sum + residual ** 2, 0);
}

function peakToTroughs({ data, shape: [, channels, samples] }: NdArray<Float32Array>, unit: number): number[] {
  return Array.from({ length: channels! }, (_, c) => {
    const trace = data.subarray((unit * channels! + c) * samples!, (unit * channels! + c + 1) * samples!);
    return Math.max(...trace) - Math.min(...trace);
  });
}

describe.each(goldenSets)('the golden set $name', (set) => {
  describe.skipIf(set.missing)('is equal in', () => {
    it('peak channels, locations and amplitudes', async () => {
      const { spikeLocation } = await set.settings();
      const waveforms = await set.waveforms();
      const channels = await set.read('data/channel_locations.npy');
      const found = await locateUnits({
        waveforms,
        channelLocationsUm: channels,
        nearestChannels: spikeLocation.n_nearest_channels,
        algorithm: spikeLocation.location_algorithm,
      });
      const locations = await set.read('expected/locations.npy');
      const amplitudes = (await set.read('expected/amplitude.npy')).data;
      expect([...found.peakChannels]).toEqual([...(await set.read('expected/peak_channels.npy')).data]);

      const units = amplitudes.length;
      const position = (of: Float64Array, unit: number) => [...of.subarray(3 * unit, 3 * unit + 3)];
      const far = Array.from({ length: units }, (_, unit) => {
        const [a, b] = [position(found.locationsUm, unit), position(locations.data, unit)];
        return Math.abs(a[0]! - b[0]!) >= 1 || Math.abs(a[1]! - b[1]!) >= 1;
      }).filter(Boolean).length;
      expect(far / units).toBeLessThanOrEqual(0.01);

      if (spikeLocation.location_algorithm === 'center_of_mass') {
        // The reference computes in single precision.
        expect(deviation(found.locationsUm, locations.data)).toBeLessThan(1e-3);
        expect(deviation(found.amplitudes, amplitudes)).toBeLessThan(1e-4);
        return;
      }
      for (let unit = 0; unit < units; unit++) {
        const cost = (of: Float64Array, amplitude: number) =>
          monopoleCost(
            peakToTroughs(waveforms, unit),
            channels.data,
            found.peakChannels[unit]!,
            spikeLocation.n_nearest_channels,
            position(of, unit),
            amplitude,
          );
        const theirs = cost(locations.data, amplitudes[unit]!);
        expect(cost(found.locationsUm, found.amplitudes[unit]!), `cost of unit ${unit}`).toBeLessThanOrEqual(
          theirs * (1 + 1e-6),
        );
      }
    });

    it('autocorrelograms and ISI histograms', async () => {
      const settings = await set.settings();
      const trains = joinSpikeTrains(await set.spikeTimes());
      const binning = ({ window, binwidth, gaussian_sigma }: Settings['ISI']) => ({
        windowMs: window,
        binWidthMs: binwidth,
        gaussianSigmaMs: gaussian_sigma,
      });
      const autoCorr = await set.read('expected/auto_corr.npy');
      const found = await autoCorrelograms(trains, binning(settings.autoCorr));
      expect(found.shape).toEqual(autoCorr.shape);
      expect(deviation(found.data, autoCorr.data)).toBeLessThan(1e-9);

      const isi = await set.read('expected/isi.npy');
      const foundIsi = await isiHistograms(trains, binning(settings.ISI));
      expect(foundIsi.shape).toEqual(isi.shape);
      const inUse = [...settings.motionEstimation.features, settings.clustering.features].flat().includes('ISI');
      if (inUse) expect(deviation(foundIsi.data, isi.data)).toBeLessThan(1e-9);
    });

    it('centred waveforms', async ({ skip }) => {
      const { centering_waveforms } = await set.settings();
      if (!centering_waveforms) skip();
      const head = await set.read('expected/waveforms_centered_head.npy');
      const { data } = await centreWaveforms(await set.waveforms());
      expect(deviation(data.subarray(0, head.data.length), head.data)).toBe(0);
    });
  });
});
