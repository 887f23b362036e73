import { runNative, type RunOptions } from '../native/run.js';
import type { ShapeScores } from './unit_vectors.js';

/** Where the units are, one entry per unit. */
export interface UnitPlaces {
  /** from 1 */
  sessions: Int32Array;
  xUm: Float64Array;
  depthsUm: Float64Array;
}

/** Share of the waveform in the similarity by which first matches are found; the other shapes share the rest. */
const waveformShare = 0.85;
/** Loss of similarity per 20 µm of distance, up to three times, once the motion is known. */
const locationWeight = 0.3;

async function mutualMatches(
  shapes: readonly ShapeScores[],
  places: UnitPlaces,
  maxDistanceUm: number,
  weight: number,
  options: RunOptions,
) {
  const hasWaveform = shapes.some(({ feature }) => feature === 'AlignedWaveform');
  const others = shapes.length - (hasWaveform ? 1 : 0);
  const weights = Float64Array.from(shapes, ({ feature }) => {
    if (!hasWaveform) return 1 / others;
    if (others === 0) return 1;
    return feature === 'AlignedWaveform' ? waveformShare : (1 - waveformShare) / others;
  });
  return runNative(
    (native, control) =>
      native.mutualMatches({
        ...control,
        ...places,
        features: shapes.map(({ scores }) => scores),
        weights,
        maxDistanceUm,
        locationWeight: weight,
      }),
    options,
  );
}

/** (M, 2) mutual best matches by shape alone, right or wrong: what motion is estimated from. */
export async function matchesByShape(
  shapes: readonly ShapeScores[],
  places: UnitPlaces,
  maxDistanceUm: number,
  options: RunOptions,
): Promise<Int32Array> {
  return (await mutualMatches(shapes, places, maxDistanceUm, 0, options)).pairs;
}

/**
 * (M, 2) mutual best matches by shape and motion-corrected place that are better than what units of one session, which
 * cannot match, reach: above the median of those by 2.5 of their lower half-widths (the upper half may hold units that the
 * sorter split). At least the best fifth.
 */
export async function likelyMatches(
  shapes: readonly ShapeScores[],
  places: UnitPlaces,
  maxDistanceUm: number,
  options: RunOptions,
): Promise<Int32Array> {
  const { pairs, scores, sameSession } = await mutualMatches(shapes, places, maxDistanceUm, locationWeight, options);
  const median = quantile(sameSession, 0.5);
  const threshold = Math.min(median + 2.5 * (median - quantile(sameSession, 0.159)), quantile(scores, 0.8));
  return pairs.filter((_, index) => !(scores[index >> 1]! < threshold));
}

/** NaN without values. */
function quantile(values: Float64Array, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? NaN;
  return below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? NaN) - below);
}
