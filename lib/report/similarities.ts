import type { NumericData } from '../arrays.js';
import type { RowBlock } from '../files/npy_rows.js';
import { featureNames } from '../settings/index.js';
import { saveThem, similarityFiles, type MatchEvidence, type ReportData } from './report_data.js';
import type { ResultFolder } from './result_folder.js';

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

export async function scanSimilarities(results: ResultFolder, data: ReportData): Promise<Similarities> {
  if (data.matches) return { features: [], nearby: undefined, kin: kinByProbability(data, data.matches) };
  const scan = new Scan(data);
  const features: Similarities['features'] = [];
  const used = data.groups[0]?.features.map(({ name }) => name) ?? [];
  for (const name of featureNames.filter((feature) => used.length === 0 || used.includes(feature))) {
    const rows = await results.rows(similarityFiles[name]);
    if (rows) features.push({ name, ...(await scan.histograms(rows)) });
  }
  features.sort((a, b) => used.indexOf(a.name) - used.indexOf(b.name));
  const rows = await results.rows('SimilarityMatrix');
  if (!rows) {
    data.missing.push(
      `The similarity matrices were not saved (save_intermediate_results: false, or an older run): similarities of units, their distributions and neighbours are not shown. ${saveThem}`,
    );
    return { features, nearby: undefined, kin: undefined };
  }
  const kin = new KinList(data);
  const nearby = await scan.read(rows, (unit, row) => {
    kin.addRow(unit, row);
  });
  return { features, nearby, kin };
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
  return kin;
}

/** Collects who is nearest to whom, and the similarities within clusters. */
class KinList implements Kin {
  readonly neighbours: Int32Array;
  readonly neighbourSimilarities: Float32Array;
  readonly clusters: Float32Array[];
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

  addRow(unit: number, row: NumericData): void {
    const cluster = this.data.clusters[unit]!;
    const own = cluster > 0 ? cluster : NaN;
    const last = (unit + 1) * neighbourCount - 1;
    for (let other = 0; other < row.length; ++other) {
      const value = Number(row[other]!);
      if (other === unit || this.data.clusters[other] === own || value === 0) continue;
      if (this.neighbours[last]! >= 0 && value <= this.neighbourSimilarities[last]!) continue;
      this.keepNearest(unit, other, value);
    }
    if (cluster < 1) return;
    const members = this.members[cluster - 1]!;
    const at = this.placeOf[unit]! * members.length;
    members.forEach((member, j) => {
      this.clusters[cluster - 1]![at + j] = Number(row[member]!);
    });
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

class Scan {
  /** For each unit i, the pairs (i, j) of the list of nearby pairs. */
  private readonly pairsOfUnit: Int32Array[] = [];

  constructor(private readonly data: ReportData) {
    const { nearbyPairs, unitCount } = data;
    if (!nearbyPairs) return;
    const lists: number[][] = Array.from({ length: unitCount }, () => []);
    for (let p = 0; p < nearbyPairs.length / 2; ++p) lists[nearbyPairs[2 * p]!]?.push(p);
    this.pairsOfUnit = lists.map((list) => Int32Array.from(list));
  }

  /** Histograms of the pairs of a matrix, and the values of the nearby ones. */
  async histograms(rows: AsyncIterable<RowBlock>) {
    const { clusters, unitCount: n } = this.data;
    const areCompared = comparison(this.data);
    const all = emptyHistogram();
    const matched = emptyHistogram();
    const nearby = await this.read(rows, (i, row) => {
      const own = clusters[i]! > 0 ? clusters[i]! : NaN;
      for (let j = i + 1; j < n; ++j) {
        if (!areCompared(i, j)) continue;
        const bin = Math.floor((Number(row[j]!) - start) / binWidth);
        const legal = bin < 0 ? 0 : bin >= bins ? bins - 1 : bin;
        all.counts[legal]!++;
        if (clusters[j] === own) matched.counts[legal]!++;
      }
    });
    return { all, matched, nearby };
  }

  /** Gives `onRow` each row of a matrix; resolves to the values of the nearby pairs. */
  async read(rows: AsyncIterable<RowBlock>, onRow: (unit: number, row: NumericData) => void) {
    const { nearbyPairs, unitCount: n } = this.data;
    const nearby = nearbyPairs && new Float32Array(nearbyPairs.length / 2);
    for await (const { first, count, data } of rows) {
      for (let i = first; i < first + count; ++i) {
        const row = data.subarray((i - first) * n, (i - first + 1) * n);
        if (nearby) for (const p of this.pairsOfUnit[i]!) nearby[p] = Number(row[nearbyPairs[2 * p + 1]!]!);
        onRow(i, row);
      }
    }
    return nearby;
  }
}

const emptyHistogram = (): Histogram => ({ start, binWidth, counts: new Float64Array(bins) });

/** Whether two units were compared: those of different shanks are not, and have zeros in the matrices. */
export function comparison({
  groups,
  shanks,
}: Pick<ReportData, 'groups' | 'shanks'>): (a: number, b: number) => boolean {
  return groups.length > 1 && shanks ? (a, b) => shanks[a] === shanks[b] : () => true;
}

/** Units of each cluster in ascending order, by cluster − 1. */
export function clusterMembers({ clusters, clusterCount }: Pick<ReportData, 'clusters' | 'clusterCount'>): number[][] {
  const members: number[][] = Array.from({ length: clusterCount }, () => []);
  clusters.forEach((cluster, unit) => {
    if (cluster > 0) members[cluster - 1]!.push(unit);
  });
  return members;
}
