import { toFloat64 } from '../files/convert.js';
import type { RowBlock } from '../files/npy_rows.js';
import type { IndexedPairs, MatrixRows } from '../native/native.js';
import { callNative } from '../native/run.js';
import type { FeatureName } from '../settings/index.js';
import { similarityFiles, type ResultName } from '../results/schema.js';
import { saveThem, type ReportData } from './report_data.js';
import type { MatchEvidence } from '../results/stored_result.js';
import type { RowReader } from './row_reader.js';

/** Counts of values, from `start` on in bins of `binWidth`. */
export interface Histogram {
  start: number;
  binWidth: number;
  counts: Float64Array;
}

/**
 * What the similarity matrices tell, condensed while they are read. Undefined parts: the matrix is not there. Of the
 * probabilistic method, match probabilities take the place of similarities.
 */
export interface Similarities {
  /** Per feature: all pairs of different units, those of the same cluster, and the values of the nearby pairs (P). */
  features: { name: string; all: Histogram; matched: Histogram; nearby: Float32Array | undefined }[];
  /** The weighted similarity of the nearby pairs (P). */
  nearby: Float32Array | undefined;
  similarUnits: SimilarUnits | undefined;
  /** What is not shown because matrices are not there, in words. */
  missing: readonly string[];
}

/** Who resembles whom, by weighted similarity or match probability. */
export interface SimilarUnits {
  /** (N, neighbourCount) most similar units outside the unit's cluster, and their similarity; −1: none */
  neighbours: Int32Array;
  neighbourSimilarities: Float32Array;
  /** Similarities within each cluster in turn (m, m), members in ascending order. NaN: not known */
  clusterSimilarities: Float32Array;
}

export const neighbourCount = 8;
/** Fisher z of similarities lies within ±6. */
const [start, binWidth, bins] = [-6, 0.05, 241];

/** Reads the similarity matrices. */
export class SimilarityScan {
  /** By the name of the file; of the probabilistic method there are none. */
  readonly readers: readonly (readonly [ResultName, RowReader])[];
  private readonly used: string[];
  private readonly features: FeatureReader[] = [];
  private readonly weighted: WeightedReader | undefined;

  constructor(private readonly data: ReportData) {
    this.used = data.groups[0]?.features.map(({ name }) => name) ?? [];
    if (data.matches) {
      this.readers = [];
      return;
    }
    const nearby = new NearbyPairs(data);
    const names = Object.keys(similarityFiles) as FeatureName[];
    const wanted = names.filter((name) => this.used.length === 0 || this.used.includes(name));
    this.features = wanted.map((name) => new FeatureReader(name, data, nearby));
    this.weighted = new WeightedReader(data, nearby);
    this.readers = [
      ...wanted.map((name, f) => [similarityFiles[name], this.features[f]!] as const),
      ['SimilarityMatrix', this.weighted],
    ];
  }

  result(): Similarities {
    const { data, used } = this;
    if (data.matches)
      return { features: [], nearby: undefined, similarUnits: similarByProbability(data, data.matches), missing: [] };
    const features = this.features
      .filter(({ isRead }) => isRead)
      .map(({ name, all, matched, nearby }) => ({ name, all, matched, nearby }))
      .sort((a, b) => used.indexOf(a.name) - used.indexOf(b.name));
    if (!this.weighted?.isRead) {
      const missing = `The similarity matrices were not saved (save_intermediate_results: false, or an older run): similarities of units, their distributions and neighbours are not shown. ${saveThem}`;
      return { features, nearby: undefined, similarUnits: undefined, missing: [missing] };
    }
    return { features, nearby: this.weighted.nearby, similarUnits: this.weighted.similarUnits, missing: [] };
  }
}

/** Matched units by their probability given all units, where it is known; others by that of the two. */
function similarByProbability(data: ReportData, { pairs, probabilities, matched }: MatchEvidence): SimilarUnits {
  const similarUnits = noSimilarUnits(data);
  for (const of of [{ pairs, probabilities }, ...(matched ? [matched] : [])]) {
    callNative((native) => {
      native.similarUnitsInPairs({
        ...similarUnits,
        clusters: data.clusters,
        pairs: of.pairs,
        values: of.probabilities,
      });
    });
  }
  return similarUnits;
}

function noSimilarUnits(data: ReportData): SimilarUnits {
  const within = clusterMembers(data).reduce((sum, { length }) => sum + length ** 2, 0);
  return {
    neighbours: new Int32Array(data.unitCount * neighbourCount).fill(-1),
    neighbourSimilarities: new Float32Array(data.unitCount * neighbourCount),
    clusterSimilarities: new Float32Array(within).fill(NaN),
  };
}

/** The list of nearby pairs by their first unit. */
class NearbyPairs {
  private readonly index: IndexedPairs | undefined;

  constructor({ nearbyPairs: pairs, unitCount }: ReportData) {
    if (!pairs) return;
    const index = { pairs, begins: new Int32Array(unitCount + 1), order: new Int32Array(pairs.length / 2) };
    callNative((native) => {
      native.indexPairs(index);
    });
    this.index = index;
  }

  values(): Float32Array | undefined {
    return this.index && new Float32Array(this.index.order.length);
  }

  /** Takes the values of the units' pairs out of their rows. */
  take(rows: MatrixRows, values: Float32Array | undefined): void {
    const { index } = this;
    if (!index || !values) return;
    callNative((native) => {
      native.takePairs({ ...rows, ...index, values });
    });
  }
}

/** Histograms of the pairs of a feature's matrix, and the values of the nearby ones. */
class FeatureReader implements RowReader {
  readonly all = emptyHistogram();
  readonly matched = emptyHistogram();
  readonly nearby: Float32Array | undefined;
  isRead = false;
  private readonly partOf: Int32Array;

  constructor(
    readonly name: FeatureName,
    private readonly data: ReportData,
    private readonly pairs: NearbyPairs,
  ) {
    this.nearby = pairs.values();
    this.partOf = comparedParts(data);
  }

  add({ first, data }: RowBlock): void {
    this.isRead = true;
    const rows = { rows: toFloat64(similarityFiles[this.name], data), first };
    this.pairs.take(rows, this.nearby);
    const { partOf, all, matched } = this;
    const { clusters } = this.data;
    callNative((native) => {
      native.countPairs({ ...rows, partOf, clusters, start, binWidth, all: all.counts, matched: matched.counts });
    });
  }
}

/** Who resembles whom by the weighted similarity, and its values of the nearby pairs. */
class WeightedReader implements RowReader {
  readonly similarUnits: SimilarUnits;
  readonly nearby: Float32Array | undefined;
  isRead = false;

  constructor(
    private readonly data: ReportData,
    private readonly pairs: NearbyPairs,
  ) {
    this.similarUnits = noSimilarUnits(data);
    this.nearby = pairs.values();
  }

  add({ first, data }: RowBlock): void {
    this.isRead = true;
    const rows = { rows: toFloat64('SimilarityMatrix', data), first };
    this.pairs.take(rows, this.nearby);
    callNative((native) => {
      native.similarUnitsInRows({ ...rows, ...this.similarUnits, clusters: this.data.clusters });
    });
  }
}

const emptyHistogram = (): Histogram => ({ start, binWidth, counts: new Float64Array(bins) });

/** (N) Part of the probe of each unit: units of different ones were not compared, and have zeros in the matrices. */
export function comparedParts({ groups, shanks, unitCount }: ReportData): Int32Array {
  return groups.length > 1 && shanks ? shanks : new Int32Array(unitCount);
}

/** Units of each cluster in ascending order, by cluster − 1. */
export function clusterMembers({ clusters, clusterCount }: Pick<ReportData, 'clusters' | 'clusterCount'>): number[][] {
  const members: number[][] = Array.from({ length: clusterCount }, () => []);
  clusters.forEach((cluster, unit) => {
    if (cluster > 0) members[cluster - 1]!.push(unit);
  });
  return members;
}
