import { simulationParameters, type SimulateOptions } from '../../lib/simulate/parameters.js';
import { planUnits, type PlannedUnit } from '../../lib/simulate/plan.js';
import { makeRecording, type Recording } from '../../lib/simulate/recording.js';
import { makeUnit, type Unit } from '../../lib/simulate/unit.js';

export interface MadeUnit extends PlannedUnit, Unit {
  /** (channels × samples) */
  waveform: Float64Array;
  /** Peak-to-trough amplitude on each channel, µV. */
  amplitudesUv: Float64Array;
  peakChannel: number;
}

/** A simulated recording in memory. */
export function makeAll(options: SimulateOptions): { recording: Recording; units: MadeUnit[] } {
  const recording = makeRecording(simulationParameters(options));
  const { channels, samples } = recording.parameters;
  const units = planUnits(recording).map((planned) => {
    const waveform = new Float64Array(channels * samples);
    const unit = makeUnit(recording, planned, waveform);
    const amplitudesUv = Float64Array.from({ length: channels }, (_, c) => {
      const trace = waveform.subarray(c * samples, (c + 1) * samples);
      return Math.max(...trace) - Math.min(...trace);
    });
    const peakChannel = amplitudesUv.indexOf(Math.max(...amplitudesUv));
    return { ...planned, ...unit, waveform, amplitudesUv, peakChannel };
  });
  return { recording, units };
}

export function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
  const meanA = mean(a);
  const meanB = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - meanA) * (b[i]! - meanB);
    aa += (a[i]! - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

export function median(values: Iterable<number>): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
