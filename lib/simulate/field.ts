import type { Probe } from './probe.js';
import type { SimulationParameters } from './table.js';

/** One place where current enters or leaves the cell: where it lies relative to the soma, and its course in time. */
export interface Source {
  xUm: number;
  yUm: number;
  zUm: number;
  /** Relative to the soma; negative sources are inverted. */
  gain: number;
  /** Time of the trough after the soma's. */
  delayMs: number;
  /** Half width (standard deviation) of the trough. */
  troughMs: number;
  /** Time from trough to the repolarisation peak, and its height relative to the trough. */
  peakDelayMs: number;
  peakRatio: number;
  /** Height of the small peak before the trough, relative to the trough. */
  onsetRatio: number;
}

/** What makes a field: sources at a place. */
export interface Emitter {
  xUm: number;
  yUm: number;
  zUm: number;
  /** µV·µm */
  strength: number;
  /** How much later the spike arrives per µm above and below the soma; a negative delay is an earlier arrival. */
  delayAboveMsPerUm: number;
  delayBelowMsPerUm: number;
  sources: readonly Source[];
}

export type Timing = Pick<SimulationParameters, 'samples' | 'sampleRateHz'>;

/** The sample on which somatic troughs lie. */
export function troughSample(samples: number): number {
  return Math.round(0.42 * samples);
}

/** How far away from a source its return current flows, on average. */
const returnUm = 220;
/** Beyond this distance along the probe the spike arrives no later. */
const travelUm = 200;
/** Steps within a sample to which arrival times are rounded. */
const steps = 8;

/**
 * Adds `weight` times an emitter's mean spike to a waveform (channels × samples, µV): the sum over its sources of
 * strength·gain·(1/r − 1/√(r² + returnUm²)) × course in time. Near the cell that is the 1/distance of a point source
 * in a homogeneous medium; as all currents of a cell add up to zero, it falls off faster farther away. The spike
 * travels along the cell, so that channels above and below see it later.
 */
export function addSpike(
  waveform: Float32Array | Float64Array,
  weight: number,
  emitter: Emitter,
  probe: Probe,
  { samples, sampleRateHz }: Timing,
): void {
  const samplesPerMs = sampleRateHz / 1000;
  const longest = travelUm * Math.max(Math.abs(emitter.delayAboveMsPerUm), Math.abs(emitter.delayBelowMsPerUm));
  const margin = Math.ceil(longest * samplesPerMs) + 1;
  const course = new Float64Array((samples + 2 * margin) * steps);
  for (const source of emitter.sources) {
    for (let i = 0; i < course.length; i++) {
      course[i] = courseAt(source, (i / steps - margin - troughSample(samples)) / samplesPerMs);
    }
    const gain = weight * emitter.strength * source.gain;
    const x = emitter.xUm + source.xUm;
    const y = emitter.yUm + source.yUm;
    // No part of the cell can be nearer to the probe than this.
    const z = Math.max(5, emitter.zUm + source.zUm);
    let at = 0;
    for (let c = 0; c < probe.xUm.length; c++) {
      const above = probe.yUm[c]! - emitter.yUm;
      const delayMs =
        Math.min(travelUm, Math.abs(above)) * (above > 0 ? emitter.delayAboveMsPerUm : emitter.delayBelowMsPerUm);
      let step = margin * steps - Math.round(delayMs * samplesPerMs * steps);
      const squared = (x - probe.xUm[c]!) ** 2 + (y - probe.yUm[c]!) ** 2 + z * z;
      const scale = gain * (1 / Math.sqrt(squared) - 1 / Math.sqrt(squared + returnUm * returnUm));
      for (const end = at + samples; at < end; at++, step += steps) waveform[at]! += scale * course[step]!;
    }
  }
}

/** Course in time of a source, trough −1 at its delay: a Gaussian trough between a small and a slow skewed peak. */
function courseAt({ delayMs, troughMs, peakDelayMs, peakRatio, onsetRatio }: Source, timeMs: number): number {
  const t = timeMs - delayMs;
  const afterPeak = t - peakDelayMs;
  return (
    -bell(t / troughMs) +
    peakRatio * bell(afterPeak / (peakDelayMs * (afterPeak < 0 ? 0.45 : 0.9))) +
    onsetRatio * bell((t + 2.5 * troughMs) / troughMs)
  );
}

const bell = (u: number) => Math.exp(-0.5 * u * u);

/** Largest peak-to-trough amplitude over the channels of an emitter's spike, µV. */
export function peakToTroughUv(emitter: Emitter, probe: Probe, timing: Timing): number {
  const waveform = new Float64Array(probe.xUm.length * timing.samples);
  addSpike(waveform, 1, emitter, probe, timing);
  let largest = 0;
  for (let start = 0; start < waveform.length; start += timing.samples) {
    let low = Infinity;
    let high = -Infinity;
    for (let t = start; t < start + timing.samples; t++) {
      low = Math.min(low, waveform[t]!);
      high = Math.max(high, waveform[t]!);
    }
    largest = Math.max(largest, high - low);
  }
  return largest;
}
