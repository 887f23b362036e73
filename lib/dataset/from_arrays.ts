import { numbersOf, type NumberList } from '../arguments.js';
import { argumentError } from '../errors.js';
import { elementCount, type NdArray } from '../arrays.js';
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
  sessions: NumberList;
  /** Spike times of each unit, ms, in any order */
  spikeTimesMs: readonly NumberList[];
  /** (N, P) peri-event time histograms; may hold NaN */
  peth?: NdArray;
  /** (C) shank of each channel */
  channelShanks?: NumberList;
  /** Probe motion that is known beforehand */
  motion?: Motion;
}

/** Checks what a data folder's files would be checked for. Throws DANT_ARGUMENT with the name of the array. */
export function datasetFromArrays(arrays: TrackingArrays): Dataset {
  if (typeof arrays !== 'object' || (arrays as unknown) === null)
    throw argumentError('data', 'a folder, or arrays,', arrays);
  const { waveforms, channelLocationsUm, motion } = arrays;
  const { units, channels, samples } = waveformAxes(waveforms);
  const notFinite = waveforms.data.findIndex((sample) => !Number.isFinite(sample));
  if (notFinite >= 0) {
    const [row, sample] = [Math.floor(notFinite / samples), notFinite % samples];
    const place = `waveforms (unit ${Math.floor(row / channels)}, channel ${row % channels}, sample ${sample})`;
    throw argumentError(place, 'a finite value', waveforms.data[notFinite]);
  }
  const { data: given, shape } = partial(channelLocationsUm);
  const locations = numbersOf(given);
  if (
    locations?.length !== 2 * channels ||
    shape?.length !== 2 ||
    shape[1] !== 2 ||
    !locations.every(Number.isFinite)
  ) {
    throw argumentError('channelLocationsUm', `finite positions of shape (${channels}, 2)`, channelLocationsUm);
  }
  const sessions = numbersOf(arrays.sessions);
  const known = new Set(sessions);
  const sessionCount = known.size;
  const gapless = Array.from({ length: sessionCount }, (_, s) => s + 1).every((session) => known.has(session));
  if (sessions?.length !== units || !gapless) {
    throw argumentError('sessions', `${units} sessions, numbered 1, 2, … without gaps`, arrays.sessions);
  }
  const trains = Array.isArray(arrays.spikeTimesMs) ? arrays.spikeTimesMs.map(numbersOf) : [];
  if (trains.length !== units || !trains.every((times) => times?.every(Number.isFinite))) {
    throw argumentError(
      'spikeTimesMs',
      `finite spike times of ${units} units, an array of numbers for each,`,
      arrays.spikeTimesMs,
    );
  }
  const peth = arrays.peth && pethOf(arrays.peth, units);
  const channelShanks = arrays.channelShanks && numbersOf(arrays.channelShanks);
  if (arrays.channelShanks && (channelShanks?.length !== channels || !channelShanks.every(isInt32))) {
    throw argumentError('channelShanks', `${channels} integers, the shank of each channel,`, arrays.channelShanks);
  }
  const [constant, linear] = [numbersOf(motion?.constantUm), numbersOf(motion?.linear)];
  const isMotion = [constant, linear].every((part) => part?.length === sessionCount && part.every(Number.isFinite));
  if (motion && !isMotion) {
    throw argumentError('motion', `a finite constant and linear part for ${sessionCount} sessions`, motion.constantUm);
  }
  return {
    waveforms,
    channelLocationsUm: locations,
    sessions: Int32Array.from(sessions),
    sessionCount,
    spikeTrains: joinSpikeTrains(trains as Float64Array[]),
    ...(peth && { peth }),
    ...(channelShanks && { channelShanks: Int32Array.from(channelShanks) }),
    ...(motion && { motion: { ...motion, constantUm: constant!, linear: linear! } }),
    warnings: [],
  };
}

/** What callers without types may hand over */
const partial = (array: unknown) => (array ?? {}) as Partial<NdArray>;

const isInt32 = (value: number) => (value | 0) === value;

function pethOf(given: NdArray, units: number): NdArray<Float64Array> {
  const { data: list, shape } = partial(given);
  const data = numbersOf(list);
  if (!data || shape?.length !== 2 || shape[0] !== units || data.length !== elementCount(shape)) {
    throw argumentError('peth', `an array of shape (${units}, bins)`, given);
  }
  const infinite = data.find((value) => Math.abs(value) === Infinity);
  if (infinite !== undefined) throw argumentError('peth', 'numbers, or NaN where there are none,', infinite);
  return { data, shape };
}
