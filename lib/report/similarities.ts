import { toFloat64 } from '../files/convert.js';
import type { RowBlock } from '../files/npy_rows.js';
import type { FeatureName } from '../settings/index.js';
import { saveThem, similarityFiles, type MatchEvidence, type ReportData } from './report_data.js';
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
  kin: Kin | undefined;
}

/** Who resembles whom, by weighted similarity or match probability. */
export interface Kin {
  /** (N, neighbourCount) most similar units outside the unit's cluster, and their similarity; −1: none */
  neighbours: Int32Array;
  neighbourSimilarities: Float32Array;
  /** Similarities within each cluster, members in ascending order (m, m); by cluster − 1. NaN: not known */
  clusters: Float32Array[];
}

export const neighbourCount = 8;
/** Fisher z of similarities lies within ±6. */
const [start, binWidth, bins] = [-6, 0.05, 241];

/** Reads the similarity matrices. */
export class SimilarityScan {
  /** By the name of the file; of the probabilistic method there are none. */
  readonly readers: readonly (readonly [string, RowReader])[];
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
    if (data.matches) return { features: [], nearby: undefined, kin: kinByProbability(data, data.matches) };
    const features = this.features
      .filter(({ isRead }) => isRead)
      .map(({ name, all, matched, nearby }) => ({ name, all, matched, nearby }))
      .sort((a, b) => used.indexOf(a.name) - used.indexOf(b.name));
    if (!this.weighted?.isRead) {
      data.missing.push(
        `The similarity matrices were not saved (save_intermediate_results: false, or an older run): similarities of units, their distributions and neighbours are not shown. ${saveThem}`,
      );
      return { features, nearby: undefined, kin: undefined };
    }
    return { features, nearby: this.weighted.nearby, kin: this.weighted.kin.result() };
  }
}

/** Matched units by their probability given all units, where it is known; others by that of the two. */
function kinByProbability(data: ReportData, { pairs, probabilities, matched }: MatchEvidence): Kin {
  const kin = new KinList(data);
  const addAll = (of: NonNullable<MatchEvidence['matched']>) => {
    of.probabilities.forEach((probability, p) => {
      const [a, b] = [of.pairs[2 * p]!, of.pairs[2 * p + 1]!];
      kin.add(a, b, probability);
      kin.add(b, a, probability);
    });
  };
  addAll({ pairs, probabilities });
  if (matched) addAll(matched);
  return kin.result();
}

/** Collects who is nearest to whom, and the similarities within clusters. */
class KinList {
  private readonly neighbours: Int32Array;
  private readonly neighbourSimilarities: Float32Array;
  private readonly clusters: Float32Array[];
  private readonly members: number[][];
  /** Place of each unit among the members of its cluster */
  private readonly placeOf: Int32Array;

  constructor(private readonly data: ReportData) {
    this.neighbours = new Int32Array(data.unitCount * neighbourCount).fill(-1);
    this.neighbourSimilarities = new Float32Array(data.unitCount * neighbourCount);
    this.members = clusterMembers(data);
    this.clusters = this.members.map((members) => new Float32Array(members.length ** 2).fill(NaN));
    this.placeOf = new Int32Array(data.unitCount);
    for (const members of this.members) members.forEach((unit, place) => (this.placeOf[unit] = place));
  }

  add(unit: number, other: number, value: number): void {
    const { clusters, unitCount } = this.data;
    if (!(unit < unitCount && other < unitCount)) return;
    const cluster = clusters[unit]!;
    if (cluster < 1 || clusters[other] !== cluster) {
      this.keepNearest(unit, other, value);
      return;
    }
    const size = this.members[cluster - 1]!.length;
    this.clusters[cluster - 1]![this.placeOf[unit]! * size + this.placeOf[other]!] = value;
  }

  /** @param values Row of the matrix, from `start` on */
  addRow(unit: number, values: Float64Array, start: number): void {
    const { clusters } = this.data;
    const cluster = clusters[unit]!;
    const own = cluster > 0 ? cluster : NaN;
    const last = (unit + 1) * neighbourCount - 1;
    let least = -Infinity;
    for (let other = 0; other < clusters.length; ++other) {
      const value = values[start + other]!;
      // Few are nearer than those that were found before: asked first.
      if (!(value > least) || other === unit || clusters[other] === own || value === 0) continue;
      this.keepNearest(unit, other, value);
      if (this.neighbours[last]! >= 0) least = this.neighbourSimilarities[last]!;
    }
    if (cluster < 1) return;
    const members = this.members[cluster - 1]!;
    const at = this.placeOf[unit]! * members.length;
    members.forEach((member, j) => {
      this.clusters[cluster - 1]![at + j] = values[start + member]!;
    });
  }

  result(): Kin {
    const { neighbours, neighbourSimilarities, clusters } = this;
    return { neighbours, neighbourSimilarities, clusters };
  }

  /** Keeps the most similar units, most similar first. */
  private keepNearest(unit: number, other: number, value: number): void {
    const { neighbours, neighbourSimilarities: similarities } = this;
    const first = unit * neighbourCount;
    let place = first + neighbourCount - 1;
    if (neighbours[place]! >= 0 && value <= similarities[place]!) return;
    for (; place > first && (neighbours[place - 1]! < 0 || similarities[place - 1]! < value); --place) {
      neighbours[place] = neighbours[place - 1]!;
      similarities[place] = similarities[place - 1]!;
    }
    neighbours[place] = other;
    similarities[place] = value;
  }
}

/** The list of nearby pairs by their first unit. */
class NearbyPairs {
  /** (N + 1) where the pairs of each unit begin in `pairs` */
  private readonly begins: Int32Array;
  private readonly pairs: Int32Array;

  constructor(private readonly data: ReportData) {
    const { nearbyPairs = new Int32Array(0), unitCount } = data;
    this.begins = new Int32Array(unitCount + 1);
    for (let q = 0; q < nearbyPairs.length; q += 2) this.begins[nearbyPairs[q]! + 1]!++;
    for (let unit = 0; unit < unitCount; ++unit) this.begins[unit + 1]! += this.begins[unit]!;
    this.pairs = new Int32Array(nearbyPairs.length / 2);
    const next = this.begins.slice();
    for (let q = 0; q < nearbyPairs.length; q += 2) this.pairs[next[nearbyPairs[q]!]!++] = q / 2;
  }

  values(): Float32Array | undefined {
    return this.data.nearbyPairs && new Float32Array(this.data.nearbyPairs.length / 2);
  }

  /** Takes the values of a unit's pairs out of its row, which begins at `start`. */
  take(unit: number, row: Float64Array, start: number, values: Float32Array | undefined): void {
    if (!values) return;
    for (let at = this.begins[unit]!; at < this.begins[unit + 1]!; ++at) {
      const p = this.pairs[at]!;
      values[p] = row[start + this.data.nearbyPairs![2 * p + 1]!]!;
    }
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

  add({ first, count, data }: RowBlock): void {
    this.isRead = true;
    const values = toFloat64(similarityFiles[this.name], data);
    const { clusters, unitCount: n } = this.data;
    const { partOf } = this;
    const [all, matched] = [this.all.counts, this.matched.counts];
    for (let unit = first; unit < first + count; ++unit) {
      const row = (unit - first) * n;
      this.pairs.take(unit, values, row, this.nearby);
      const own = clusters[unit]! > 0 ? clusters[unit]! : NaN;
      const part = partOf[unit];
      for (let other = unit + 1; other < n; ++other) {
        if (partOf[other] !== part) continue;
        const bin = Math.floor((values[row + other]! - start) / binWidth);
        const legal = bin < 0 ? 0 : bin >= bins ? bins - 1 : bin;
        all[legal]!++;
        if (clusters[other] === own) matched[legal]!++;
      }
    }
  }
}

/** Who resembles whom by the weighted similarity, and its values of the nearby pairs. */
class WeightedReader implements RowReader {
  readonly kin: KinList;
  readonly nearby: Float32Array | undefined;
  isRead = false;

  constructor(
    private readonly data: ReportData,
    private readonly pairs: NearbyPairs,
  ) {
    this.kin = new KinList(data);
    this.nearby = pairs.values();
  }

  add({ first, count, data }: RowBlock): void {
    this.isRead = true;
    const values = toFloat64('SimilarityMatrix', data);
    for (let unit = first; unit < first + count; ++unit) {
      const row = (unit - first) * this.data.unitCount;
      this.pairs.take(unit, values, row, this.nearby);
      this.kin.addRow(unit, values, row);
    }
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
