import { poissonExceeds } from './poisson.js';

/** What the sliding refractory period tells about a unit. */
export interface SlidingRefractory {
  /** Highest confidence, in %, that at most 10 % of the spikes are of other neurons */
  maxConfidence: number;
  /** Least contamination, in %, that is ruled out with a confidence of 90 %; NaN: none up to 34.5 % */
  minContamination: number;
  /** Pairs of spikes within 2 ms */
  pairsBelow2Ms: number;
  /** Whether the least contamination is at most 10 % */
  passes: boolean;
  /** Whether a unit of more than 0.5 Hz of which no contamination can be ruled out has no pair within 2 ms */
  isForced: boolean;
}

const samplesPerSecond = 30_000;
const binS = 1 / samplesPerSecond;
const testedS = 0.01;
/** Contaminations that are tested, %: 0.5, 1, … 34.5 */
const contaminations = Float64Array.from({ length: 69 }, (_, i) => 0.5 + 0.5 * i);
const acceptedContamination = contaminations.indexOf(10);
const wantedConfidence = 90;
/** Shorter refractory periods are not tested, s. */
const shortestS = 0.0005;
const forcedRateHz = 0.5;

/** (300) Refractory periods that are tested, s: the middles of bins of one sample. */
const periodsS = Float64Array.from({ length: Math.ceil(testedS / binS) }, (_, i) => i * binS + binS / 2);

/**
 * How free of other neurons' spikes a unit is, whatever its refractory period: the spikes that follow each other within each
 * period of 0.5 to 10 ms, against the Poisson counts that a contamination would make (the sliding refractory period of
 * Roth, Steinmetz and the International Brain Laboratory, https://github.com/SteinmetzLab/slidingRefractory).
 * @param timesS Spike times in ascending order, s
 */
export function slidingRefractory(timesS: Float64Array): SlidingRefractory {
  const samples = timesS.map((time) => Math.trunc(time * samplesPerSecond));
  const pairs = autocorrelogram(samples, periodsS.length);
  const rateHz = pairsOneSecondApart(samples) / samples.length;
  let pairsSoFar = 0;
  let maxConfidence = -Infinity;
  let minContamination = contaminations.length;
  periodsS.forEach((periodS, bin) => {
    pairsSoFar += pairs[bin]!;
    if (!(periodS > shortestS)) return;
    const confidence = (contamination: number) =>
      100 * poissonExceeds(pairsSoFar, rateHz * (contamination / 100) * (periodS + binS / 2) * 2 * samples.length);
    maxConfidence = Math.max(maxConfidence, confidence(contaminations[acceptedContamination]!));
    // The confidence grows with the contamination: only less than the least one so far matters.
    let [low, high] = [0, minContamination];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (confidence(contaminations[middle]!) >= wantedConfidence) high = middle;
      else low = middle + 1;
    }
    minContamination = high;
  });
  const passes = minContamination <= acceptedContamination;
  const bins2Ms = periodsS.findIndex((periodS) => periodS > 0.002) + 1;
  const pairsBelow2Ms = pairs.subarray(0, bins2Ms).reduce((sum, count) => sum + count, 0);
  return {
    maxConfidence,
    minContamination: contaminations[minContamination] ?? NaN,
    pairsBelow2Ms,
    passes,
    // Not for every unit that does not pass: the original's comparison works only where nothing was ruled out.
    isForced: pairsBelow2Ms === 0 && rateHz > forcedRateHz && minContamination === contaminations.length,
  };
}

/** Pairs of spikes by the samples between them, 0 … bins − 1. */
function autocorrelogram(samples: Float64Array, bins: number): Float64Array {
  const pairs = new Float64Array(bins);
  for (let i = 0; i < samples.length; i++) {
    for (let j = i + 1; j < samples.length && samples[j]! - samples[i]! < bins; j++)
      pairs[samples[j]! - samples[i]!]!++;
  }
  return pairs;
}

/** Pairs of spikes that are at least one second apart, and less than two. */
function pairsOneSecondApart(samples: Float64Array): number {
  let pairs = 0;
  for (let i = 0, from = 0, to = 0; i < samples.length; i++) {
    while (from < samples.length && samples[from]! - samples[i]! < samplesPerSecond) from++;
    while (to < samples.length && samples[to]! - samples[i]! < 2 * samplesPerSecond) to++;
    pairs += to - from;
  }
  return pairs;
}

/** Intervals between spikes that are too short for one neuron, s. */
const refractoryS = 0.0015;
/** Spikes that follow within it were found twice, s. */
const duplicateS = 0.0001;

/**
 * Share of spikes of other neurons by the intervals below 1.5 ms (Hill et al., J Neurosci 2011), from the unit's first to its
 * last spike: the smaller root of c = t · violations / (2 · 1.5 ms · n²) = f (1 − f), as far as it is real.
 */
export function contaminationAlt(timesS: Float64Array): number {
  const n = timesS.length;
  let violations = 0;
  for (let i = 1; i < n; i++) if (timesS[i]! - timesS[i - 1]! < refractoryS) violations++;
  const c = ((timesS[n - 1]! - timesS[0]!) * violations) / (2 * refractoryS * n ** 2);
  return Math.abs((1 - Math.sqrt(1 + 4 * c)) / 2);
}

/** Rate of intervals of 0.1 to 1.5 ms over the unit's rate in a recording of `durationS`; spikes found twice count once. */
export function contamination(timesS: Float64Array, durationS: number): number {
  const once = timesS.filter((time, i) => i === 0 || !(time - timesS[i - 1]! <= duplicateS));
  let violations = 0;
  for (let i = 1; i < once.length; i++) if (once[i]! - once[i - 1]! < refractoryS) violations++;
  const violationRate = violations / (2 * once.length * (refractoryS - duplicateS));
  return violationRate / (once.length / durationS);
}
