import type { SpikeTrains } from '../recording/spike_trains.js';
import type { Waveforms } from '../recording/waveforms.js';
import type { Dataset } from '../recording/dataset.js';
import type { UnitFeatures } from '../features/unit_features.js';
import type { FeatureName } from '../settings/index.js';
import { sharedArray } from '../native/memory.js';

/** A group of units that are tracked together (all, or those of one shank), by local index 0 … count − 1. */
export class TrackedUnits {
  readonly count: number;
  /** (n) */
  readonly sessions: Int32Array;
  /** (n) as localised, not corrected for motion */
  readonly depthsUm: Float64Array;
  /** (n) across the probe */
  readonly xUm: Float64Array;
  /** (n) from the probe's plane */
  readonly distancesUm: Float64Array;
  /** (n) */
  readonly peakChannels: Int32Array;

  constructor(
    private readonly dataset: Dataset,
    private readonly features: UnitFeatures,
    /** (n) index of each unit in the data set */
    readonly indices: Int32Array,
  ) {
    this.count = indices.length;
    this.sessions = indices.map((unit) => dataset.sessions[unit]!);
    this.peakChannels = indices.map((unit) => features.peakChannels[unit]!);
    const location = (axis: number) => Float64Array.from(indices, (unit) => features.locationsUm[3 * unit + axis]!);
    this.xUm = location(0);
    this.depthsUm = location(1);
    this.distancesUm = location(2);
  }

  get waveforms(): Waveforms {
    return this.features.waveforms;
  }

  get channelLocationsUm(): Float64Array {
    return this.dataset.channelLocationsUm;
  }

  get channelShanks(): Int32Array | undefined {
    return this.dataset.channelShanks;
  }

  /** Of all units of the data set. */
  get spikeTrains(): SpikeTrains {
    return this.dataset.spikeTrains;
  }

  get sessionCount(): number {
    return this.dataset.sessionCount;
  }

  /** The units' rows of a feature (n, L). */
  rows(feature: Exclude<FeatureName, 'Waveform'>): Float64Array {
    const table = {
      AutoCorr: this.features.autoCorrelograms,
      ISI: this.features.isiHistograms,
      PETH: this.dataset.peth,
    }[feature];
    if (!table) throw new Error(`The feature ${feature} was not prepared.`);
    const length = table.shape[1]!;
    if (this.count === table.shape[0]) return table.data;
    const rows = sharedArray(Float64Array, this.count * length);
    this.indices.forEach((unit, i) => {
      rows.set(table.data.subarray(unit * length, (unit + 1) * length), i * length);
    });
    return rows;
  }
}
