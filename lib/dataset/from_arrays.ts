import { argumentError } from '../errors.js';
import type { NdArray } from '../arrays.js';
import type { Motion } from '../recording/motion.js';
import { joinSpikeTrains } from '../recording/spike_trains.js';
import { waveformAxes, type Waveforms } from '../recording/waveforms.js';
import type { Dataset } from '../recording/dataset.js';

/** The input of a tracking run as arrays in memory. N units, C channels, T samples. */
export interface TrackingArrays {
  /** (N, C, T) mean waveform of each unit, µV, not whitened */
  waveforms: Waveforms;
  /** (C, 2) x, y of each channel, µm; y is depth */
  channelLocationsUm: NdArray;
  /** (N) session of each unit, 1 … S without gaps */
  sessions: ArrayLike<number>;
  /** Spike times of each unit, ms, in any order */
  spikeTimesMs: readonly ArrayLike<number>[];
  /** (N, P) peri-event time histograms; may hold NaN */
  peth?: NdArray<Float64Array>;
  /** (C) shank of each channel */
  channelShanks?: ArrayLike<number>;
  /** Probe motion that is known beforehand */
  motion?: Motion;
}

/** Checks what a data folder's files would be checked for. Throws DANT_ARGUMENT. */
export function datasetFromArrays(arrays: TrackingArrays): Dataset {
  const { waveforms, channelLocationsUm, spikeTimesMs, peth, motion } = arrays;
  const { units, channels } = waveformAxes(waveforms);
  const notFinite = waveforms.data.findIndex((sample) => !Number.isFinite(sample));
  if (notFinite >= 0) throw argumentError('waveforms', 'finite samples', waveforms.data[notFinite]);
  const locations = Float64Array.from(channelLocationsUm.data, Number);
  if (locations.length !== 2 * channels || !locations.every(Number.isFinite)) {
    throw argumentError('channelLocationsUm', `finite positions of shape (${channels}, 2)`, channelLocationsUm);
  }
  const sessions = Int32Array.from(arrays.sessions);
  const known = new Set(sessions);
  const sessionCount = known.size;
  const gapless = Array.from({ length: sessionCount }, (_, s) => s + 1).every((session) => known.has(session));
  if (sessions.length !== units || !gapless || Array.from(arrays.sessions).some((s) => !Number.isInteger(s))) {
    throw argumentError('sessions', `${units} sessions, numbered 1, 2, … without gaps`, arrays.sessions);
  }
  if (spikeTimesMs.length !== units || spikeTimesMs.some((times) => !Array.from(times).every(Number.isFinite))) {
    throw argumentError('spikeTimesMs', `finite spike times of ${units} units`, spikeTimesMs);
  }
  if (peth && (peth.shape.length !== 2 || peth.shape[0] !== units)) {
    throw argumentError('peth', `an array of shape (${units}, bins)`, peth);
  }
  if (arrays.channelShanks && arrays.channelShanks.length !== channels) {
    throw argumentError('channelShanks', `${channels} shanks, one for each channel,`, arrays.channelShanks);
  }
  if (motion && (motion.constantUm.length !== sessionCount || motion.linear.length !== sessionCount)) {
    throw argumentError('motion', `a constant and a linear part for ${sessionCount} sessions`, motion.constantUm);
  }
  return {
    waveforms,
    channelLocationsUm: locations,
    sessions,
    sessionCount,
    spikeTrains: joinSpikeTrains(spikeTimesMs),
    ...(peth && { peth }),
    ...(arrays.channelShanks && { channelShanks: Int32Array.from(arrays.channelShanks) }),
    ...(motion && { motion }),
    warnings: [],
  };
}
