import { allowFlag, requireInteger, requireNumber, requireObject } from '../arguments.js';
import type { NdArray } from '../arrays.js';
import { DantError, argumentError } from '../errors.js';
import { runNative, type RunOptions } from '../native/run.js';
import { matrixOf, tableOf } from './arguments.js';
import type { Linkage } from './linkage.js';

/** Exactly one of `points` and `distances`. */
export interface HdbscanInput {
  /** (n, dimensions) coordinates; distances are Euclidean. */
  points?: NdArray;
  /** (n, n) symmetric distances, finite and ≥ 0; the diagonal is not read. */
  distances?: NdArray;
  /** Smallest number of points that counts as a cluster, ≥ 2. Default 5. */
  minClusterSize?: number;
  /**
   * The core distance of a point is that to its minSamples-th nearest other point, ≥ 1; more smooths the density.
   * Default: minClusterSize.
   */
  minSamples?: number;
  /** Excess of mass selects no larger cluster; 0 (default): any size. */
  maxClusterSize?: number;
  /** Select the clusters with the greatest excess of mass (default), or the leaves of the cluster tree. */
  selection?: 'excessOfMass' | 'leaf';
  /** Clusters that split off below this distance are merged again. Default 0. */
  selectionEpsilon?: number;
  /** Whether all points may be one cluster. Default false. */
  allowSingleCluster?: boolean;
}

export interface HdbscanResult {
  /** (n) cluster of each point, 0 … K − 1; −1: in none. */
  labels: Int32Array;
  /** (n) strength of membership, 0 … 1; 0 outside all clusters. */
  probabilities: Float64Array;
  /** (n) GLOSH outlier score, 0 … 1; high: outlier. */
  outlierScores: Float64Array;
  /** (K) share of the greatest possible stability. */
  persistence: Float64Array;
  /** Single linkage of the mutual reachability distance. */
  linkage: Linkage;
}

/**
 * Hierarchical density-based clustering (Campello et al. 2013, 2015; McInnes & Healy 2017; epsilon: Malzer & Baum 2020).
 * Time grows with n². Rejects with DANT_ARGUMENT for wrong shapes, types or options, DANT_INPUT for coordinates that are
 * not finite and for NaN, infinite, negative or unsymmetric distances.
 */
export async function hdbscan(input: HdbscanInput, options: RunOptions = {}): Promise<HdbscanResult> {
  const {
    points,
    distances,
    minClusterSize = 5,
    minSamples = minClusterSize,
    maxClusterSize = 0,
    selection = 'excessOfMass',
    selectionEpsilon = 0,
    allowSingleCluster = false,
  } = requireObject('input', input);
  requireInteger('minClusterSize', minClusterSize, 2);
  requireInteger('minSamples', minSamples, 1);
  requireInteger('maxClusterSize', maxClusterSize, 0);
  requireNumber('selectionEpsilon', selectionEpsilon, 0);
  allowFlag('allowSingleCluster', allowSingleCluster);
  // Not only for TypeScript: a misspelt choice must not silently mean the other one.
  if (!['excessOfMass', 'leaf'].includes(selection)) {
    throw argumentError('selection', '"excessOfMass" or "leaf"', selection);
  }
  if ((points === undefined) === (distances === undefined)) {
    throw new DantError('DANT_ARGUMENT', 'Expected either points or distances, and not both.');
  }
  const given = points === undefined ? distancesInput(distances!) : pointsInput(points);
  if (given.n === 0) return nothing();
  const { linkage, ...result } = await runNative(
    (native, control) =>
      native.hdbscan({
        ...control,
        ...given,
        minClusterSize,
        minSamples,
        maxClusterSize,
        leaves: selection === 'leaf',
        selectionEpsilon,
        allowSingleCluster,
      }),
    options,
  );
  return { ...result, linkage: { data: linkage, shape: [given.n - 1, 4] } };
}

function pointsInput(points: NdArray) {
  const { rows: n, columns: dimensions, data } = tableOf('points', points);
  return { n, dimensions, points: data };
}

function distancesInput(distances: NdArray) {
  const { n, data } = matrixOf('distances', distances);
  return { n, dimensions: n, distances: data };
}

const nothing = (): HdbscanResult => ({
  labels: new Int32Array(0),
  probabilities: new Float64Array(0),
  outlierScores: new Float64Array(0),
  persistence: new Float64Array(0),
  linkage: { data: new Float64Array(0), shape: [0, 4] },
});
