import { doublesOf, integersOf, requireInteger, requireObject, type NumberList } from '../../../arguments.js';
import { DantError } from '../../../errors.js';
import { precise } from '../arguments.js';
import { amplitudeStatistics, missedSpikes, noiseCutoff } from './amplitudes.js';
import { contamination, contaminationAlt, slidingRefractory } from './refractory.js';

/** Spikes of a sorting, in order of time. */
export interface SortedSpikes {
  /** (spikes) s, ascending */
  timesS: Float64Array;
  /** (spikes) row of the unit */
  clusters: NumberList;
  /** (spikes) V */
  amplitudesV: Float64Array;
  /** (spikes) µm; may be NaN */
  depthsUm: Float64Array | Float32Array;
}

/** Names of the columns in the order of the International Brain Laboratory's clusters.metrics tables. */
export const metricNames = [
  'cluster_id',
  'amp_max',
  'amp_min',
  'amp_median',
  'amp_std_dB',
  'contamination',
  'contamination_alt',
  'drift',
  'missed_spikes_est',
  'noise_cutoff',
  'presence_ratio',
  'presence_ratio_std',
  'slidingRP_viol',
  'spike_count',
  'slidingRP_viol_forced',
  'max_confidence',
  'min_contamination',
  'n_spikes_below2',
  'firing_rate',
  'label',
  'bitwise_fail',
] as const;

export type MetricName = (typeof metricNames)[number];

/** A column of each metric, one element for each unit; NaN for units without spikes, but for counts and labels. */
export type UnitMetrics = Record<MetricName, Float64Array>;

const presenceBinS = 10;
const wantedConfidence = 90;
const noiseCutoffLimit = 5;
const leastAmplitudeV = 50e-6;

/**
 * Quality metrics of units from their spikes alone, as the International Brain Laboratory defines them (their white paper on
 * spike sorting, https://doi.org/10.6084/m9.figshare.19705522): amplitudes in V, `drift` in µm/h, `firing_rate` in Hz,
 * confidence and contamination in %. `label` is the share of three tests that a unit passes (`max_confidence` ≥ 90,
 * `noise_cutoff` < 5, `amp_median` > 50 µV), and `bitwise_fail` names those that it fails (bits 1, 2, 4).
 * @param units Number of units: rows 0 … units − 1
 * @throws DANT_INPUT if there is no spike, one of a unit that there is not, or one before its predecessor.
 */
export function unitMetrics(sorted: SortedSpikes, units: number): UnitMetrics {
  const given = requireObject('sorted', sorted);
  const timesS = doublesOf('timesS', given.timesS);
  const clusters = integersOf('clusters', given.clusters, timesS.length);
  const amplitudesV = doublesOf('amplitudesV', given.amplitudesV, timesS.length);
  const depthsUm = precise('depthsUm', given.depthsUm, timesS.length);
  requireInteger('units', units, 0);
  if (timesS.length === 0) throw new DantError('DANT_INPUT', 'Metrics cannot be computed: there are no spikes.');
  const late = timesS.findIndex((time, i) => i > 0 && !(time >= timesS[i - 1]!));
  if (late >= 0)
    throw new DantError('DANT_INPUT', `Expected spike times in ascending order, but spike ${late} is not.`);
  const metrics = Object.fromEntries(
    metricNames.map((name) => [name, new Float64Array(units).fill(NaN)]),
  ) as UnitMetrics;
  const spikes = spikesOfUnits(clusters, units);
  const first = timesS[0]!;
  const durationS = timesS[timesS.length - 1]! - first;
  // As many bins as numpy's arange(first, last + 5, 10) has.
  const bins = Math.ceil((durationS + presenceBinS / 2) / presenceBinS);
  spikes.forEach((indices, unit) => {
    const times = Float64Array.from(indices, (i) => timesS[i]!);
    const amplitudes = Float64Array.from(indices, (i) => amplitudesV[i]!);
    const set = (values: Partial<Record<MetricName, number>>) => {
      for (const [name, value] of Object.entries(values)) metrics[name as MetricName][unit] = value;
    };
    set({ cluster_id: unit, ...presence(times, first, bins), firing_rate: indices.length / durationS });
    if (indices.length > 0) {
      const { min, max, median, stdDb } = amplitudeStatistics(amplitudes);
      const sliding = slidingRefractory(times);
      set({
        amp_min: min,
        amp_max: max,
        amp_median: median,
        amp_std_dB: stdDb,
        slidingRP_viol: Number(sliding.passes),
        slidingRP_viol_forced: Number(sliding.isForced),
        max_confidence: sliding.maxConfidence,
        min_contamination: sliding.minContamination,
        n_spikes_below2: sliding.pairsBelow2Ms,
        contamination: contamination(times, durationS),
        contamination_alt: contaminationAlt(times),
        noise_cutoff: noiseCutoff(amplitudes),
        missed_spikes_est: missedSpikes(amplitudes),
        drift: (pathLength(indices, depthsUm) / durationS) * 3600,
      });
    }
    set(labelOf(metrics, unit));
  });
  return metrics;
}

/** Indices of the spikes of each unit. */
function spikesOfUnits(clusters: ArrayLike<number>, units: number): Uint32Array[] {
  const counts = new Uint32Array(units);
  for (let i = 0; i < clusters.length; i++) {
    const unit = clusters[i]!;
    if (!(unit >= 0 && unit < units && Number.isInteger(unit))) {
      throw new DantError(
        'DANT_INPUT',
        `Spike ${i} is of cluster ${unit}, but there are only the clusters 0 to ${units - 1}. Are spikes and clusters of one sorting?`,
      );
    }
    counts[unit]!++;
  }
  const indices = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let i = 0; i < clusters.length; i++) indices[clusters[i]!]![counts[clusters[i]!]!++] = i;
  return indices;
}

function presence(timesS: Float64Array, first: number, bins: number) {
  const counts = new Float64Array(bins);
  for (const time of timesS) counts[Math.floor((time - first) / presenceBinS)]!++;
  const mean = timesS.length / bins;
  return {
    presence_ratio: counts.filter((count) => count > 0).length / bins,
    presence_ratio_std: Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / bins),
    spike_count: timesS.length,
  };
}

/** Sum of the steps from one spike's depth to the next one's; NaN if one is not known. */
function pathLength(indices: Uint32Array, depthsUm: Float64Array | Float32Array): number {
  let length = 0;
  for (let i = 1; i < indices.length; i++) length += Math.abs(depthsUm[indices[i]!]! - depthsUm[indices[i - 1]!]!);
  return length;
}

function labelOf(metrics: UnitMetrics, unit: number) {
  const passes = [
    metrics.max_confidence[unit]! >= wantedConfidence,
    metrics.noise_cutoff[unit]! < noiseCutoffLimit,
    metrics.amp_median[unit]! > leastAmplitudeV,
  ];
  return {
    label: passes.filter(Boolean).length / passes.length,
    bitwise_fail: passes.reduce((bits, pass, i) => bits + (pass ? 0 : 2 ** i), 0),
  };
}
