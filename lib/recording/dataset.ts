import type { Motion } from './motion.js';
import type { NdArray } from '../arrays.js';
import type { SpikeTrains } from './spike_trains.js';
import type { Waveforms } from './waveforms.js';

/** The input of a tracking run (docs/reference-method.md, section 1), checked. N units, C channels, T samples, S sessions. */
export interface Dataset {
  /** (N, C, T) mean waveform of each unit, µV, not whitened */
  waveforms: Waveforms;
  /** (C, 2) x, y of each channel, µm; y is depth */
  channelLocationsUm: Float64Array;
  /** (N) session of each unit, 1 … S without gaps */
  sessions: Int32Array;
  /** S */
  sessionCount: number;
  spikeTrains: SpikeTrains;
  /** (N, P) peri-event time histograms; may hold NaN */
  peth?: NdArray<Float64Array>;
  /** (C) shank of each channel; absent: all on one */
  channelShanks?: Int32Array;
  /** Probe motion that is known beforehand. */
  motion?: Motion;
  /** What looks like a mistake but can be worked with. */
  warnings: string[];
}
