import { DantError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { behaviourTable, defaultBehaviourRateHz, signalOf } from '../processing/behaviour.js';
import { processedRateHz } from '../processing/ephys_rows.js';
import { frameTimes } from '../processing/frame_times.js';
import { sharedBehaviourRows, type Lag } from '../processing/lag.js';
import { outputCount, rateRatio } from '../processing/rate_ratio.js';
import { TdmsFile } from '../tdms/tdms_file.js';
import { pathOf, type SessionRecording } from './session.js';

/** Group of the behaviour file with the camera's signal, which falls once for each frame */
const group = 'CamFrames';

/** When the frames of a recording's cameras were taken, in ms of the action labels. */
export class CameraClock {
  private constructor(
    private readonly signal: Float64Array,
    private readonly lag: Lag,
    /** As many as the action labels have */
    readonly rows: number,
  ) {}

  /** Reads the camera's signal of the behaviour, which must be restored. Rejects with DANT_DATA if there is none. */
  static async read(
    recording: SessionRecording,
    lag: Lag,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<CameraClock> {
    const path = pathOf(recording.behaviour)!;
    const tdms = await TdmsFile.open(path);
    try {
      const channel = tdms.firstOf(group);
      if (!channel) {
        const groups = tdms.groups.join(', ') || 'none';
        throw fileError(path, `expected the camera's signal in a group ${group} but there are the groups ${groups}.`);
      }
      const rateHz = channel.rateHz ?? defaultBehaviourRateHz;
      const { values } = await behaviourTable(path, [signalOf(channel)], { signal });
      // The labels are as long as the longest signal, whichever that is.
      const longest = Math.max(...tdms.channels.map(({ length }) => length));
      const [begin, end] = sharedBehaviourRows(outputCount(rateRatio(rateHz, processedRateHz), longest), lag);
      return new CameraClock(values, lag, end - begin);
    } finally {
      await tdms.close();
    }
  }

  /** The times of the frames of a file, ms. Throws DANT_DATA if their number is not that of the signal. */
  times(path: string, frames: number): Float64Array {
    try {
      return frameTimes(this.signal, this.lag.startMs, frames);
    } catch (error) {
      throw error instanceof DantError ? fileError(path, error.message, error) : error;
    }
  }
}
