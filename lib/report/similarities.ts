import type { NumericData } from '../arrays.js';
import type { RowBlock } from '../files/npy_rows.js';
import { featureNames } from '../settings/index.js';
import { similarityFiles, type ReportData } from './report_data.js';
import type { ResultFolder } from './result_folder.js';

/** Counts of values, from `start` on in bins of `binWidth`. */
export interface Histogram {
  start: number;
  binWidth: number;
  counts: Float64Array;
}

/** What the similarity matrices tell, condensed while they are read. Undefined parts: the matrix is not there. */
export interface Similarities {
  /** Per feature: all pairs of different units, those of the same cluster, and the values of the nearby pairs (P). */
  features: { name: string; all: Histogram; matched: Histogram; nearby: Float32Array | undefined }[];
  /** The weighted similarity of the nearby pairs (P). */
  nearby: Float32Array | undefined;
  combined: CombinedSimilarity | undefined;
}

export interface CombinedSimilarity {
  all: Histogram;
  matched: Histogram;
  /** (N, neighbourCount) most similar units outside the unit's cluster, and their similarity; −1: none */
  neighbours: Int32Array;
  neighbourSimilarities: Float32Array;
  /** Similarities within each cluster, members in ascending order (m, m); by cluster − 1 */
  clusters: Float32Array[];
}

export const neighbourCount = 8;
/** Fisher z of similarities lies within ±6. */
const [start, binWidth, bins] = [-6, 0.05, 241];

export async function scanSimilarities(results: ResultFolder, data: ReportData): Promise<Similarities> {
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
      'The similarity matrices were not saved (save_intermediate_results: false, or an older run): similarities of units, their distributions and neighbours are not shown.',
    );
    return { features, nearby: undefined, combined: undefined };
  }
  const neighbours = new Int32Array(data.unitCount * neighbourCount).fill(-1);
  const neighbourSimilarities = new Float32Array(data.unitCount * neighbourCount);
  const clusters = scan.members.map((members) => new Float32Array(members.length ** 2));
  const combined = await scan.histograms(rows, (unit, row) => {
    const cluster = data.clusters[unit]!;
    nearest(unit, row, data.clusters, neighbours, neighbourSimilarities);
    if (cluster < 1) return;
    const members = scan.members[cluster - 1]!;
    const at = members.indexOf(unit) * members.length;
    members.forEach((member, j) => {
      clusters[cluster - 1]![at + j] = Number(row[member]!);
    });
  });
  const { all, matched, nearby } = combined;
  return { features, nearby, combined: { all, matched, neighbours, neighbourSimilarities, clusters } };
}

class Scan {
  readonly members: number[][];
  /** For each unit i, the pairs (i, j) of the list of nearby pairs. */
  private readonly pairsOfUnit: Int32Array[] = [];

  constructor(private readonly data: ReportData) {
    this.members = clusterMembers(data);
    const { nearbyPairs, unitCount } = data;
    if (!nearbyPairs) return;
    const lists: number[][] = Array.from({ length: unitCount }, () => []);
    for (let p = 0; p < nearbyPairs.length / 2; ++p) lists[nearbyPairs[2 * p]!]?.push(p);
    this.pairsOfUnit = lists.map((list) => Int32Array.from(list));
  }

  async histograms(rows: AsyncIterable<RowBlock>, onRow?: (unit: number, row: NumericData) => void) {
    const { clusters, nearbyPairs, unitCount: n } = this.data;
    const all = emptyHistogram();
    const matched = emptyHistogram();
    const nearby = nearbyPairs && new Float32Array(nearbyPairs.length / 2);
    for await (const { first, count, data } of rows) {
      for (let i = first; i < first + count; ++i) {
        const row = data.subarray((i - first) * n, (i - first + 1) * n);
        const own = clusters[i]! > 0 ? clusters[i]! : NaN;
        for (let j = i + 1; j < n; ++j) {
          const bin = Math.floor((Number(row[j]!) - start) / binWidth);
          const legal = bin < 0 ? 0 : bin >= bins ? bins - 1 : bin;
          all.counts[legal]!++;
          if (clusters[j] === own) matched.counts[legal]!++;
        }
        if (nearby) for (const p of this.pairsOfUnit[i]!) nearby[p] = Number(row[nearbyPairs[2 * p + 1]!]!);
        onRow?.(i, row);
      }
    }
    return { all, matched, nearby };
  }
}

const emptyHistogram = (): Histogram => ({ start, binWidth, counts: new Float64Array(bins) });

/** Units of each cluster in ascending order, by cluster − 1. */
export function clusterMembers({ clusters, clusterCount }: Pick<ReportData, 'clusters' | 'clusterCount'>): number[][] {
  const members: number[][] = Array.from({ length: clusterCount }, () => []);
  clusters.forEach((cluster, unit) => {
    if (cluster > 0) members[cluster - 1]!.push(unit);
  });
  return members;
}

/** Keeps the most similar units outside the unit's cluster, most similar first. */
function nearest(unit: number, row: NumericData, clusters: Int32Array, best: Int32Array, similarities: Float32Array) {
  const at = unit * neighbourCount;
  const own = clusters[unit]! > 0 ? clusters[unit]! : NaN;
  let kept = 0;
  for (let j = 0; j < row.length; ++j) {
    const value = Number(row[j]!);
    if (j === unit || clusters[j] === own || value === 0) continue;
    if (kept === neighbourCount && value <= similarities[at + kept - 1]!) continue;
    if (kept < neighbourCount) ++kept;
    let place = kept - 1;
    for (; place > 0 && similarities[at + place - 1]! < value; --place) {
      best[at + place] = best[at + place - 1]!;
      similarities[at + place] = similarities[at + place - 1]!;
    }
    best[at + place] = j;
    similarities[at + place] = value;
  }
}
