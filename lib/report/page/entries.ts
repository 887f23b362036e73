import type { ReportPage } from '../packed.js';
import type { Units } from './data.js';

/** A row of the table: a cluster, or an unmatched unit. */
export interface Entry {
  kind: 'cluster' | 'unit';
  /** Number of the cluster or of the unit */
  id: number;
  /** Sorted by session */
  units: number[];
  /** Sessions in ascending order; empty when they are not known */
  sessions: number[];
  /** Mean over the pairs of the cluster; of an unmatched unit: to its nearest neighbour */
  similarity: number;
  depth: number;
  amplitude: number;
  shank: number;
  /** What curation did, in words */
  events: string[];
  /** Similarities (units, units); undefined when they are not known */
  matrix: number[][] | undefined;
}

export function makeEntries(page: ReportPage, units: Units): { clusters: Entry[]; unmatched: Entry[] } {
  const events = curationEvents(units);
  const members: number[][] = Array.from({ length: page.clusterCount }, () => []);
  const unmatched: Entry[] = [];
  units.cluster.forEach((cluster, unit) => {
    if (cluster > 0) members[cluster - 1]!.push(unit);
    else
      unmatched.push(
        makeEntry('unit', unit, [unit], undefined, units.neighbourSimilarities?.[unit * page.neighbourCount] ?? NaN),
      );
  });
  let offset = 0;
  const clusters = members.map((ascending, i) => {
    const size = ascending.length;
    const order = [...ascending.keys()].sort(
      (a, b) => (units.session?.[ascending[a]!] ?? 0) - (units.session?.[ascending[b]!] ?? 0) || a - b,
    );
    const start = offset;
    offset += size ** 2;
    const all = units.clusterSimilarities;
    const matrix = all && order.map((a) => order.map((b) => all[start + a * size + b]!));
    return makeEntry(
      'cluster',
      i + 1,
      order.map((a) => ascending[a]!),
      matrix,
      meanOffDiagonal(matrix),
    );
  });
  return { clusters, unmatched };

  function makeEntry(
    kind: Entry['kind'],
    id: number,
    own: number[],
    matrix: number[][] | undefined,
    similarity: number,
  ): Entry {
    const mean = (values: ArrayLike<number> | undefined) =>
      values ? own.reduce((sum, unit) => sum + values[unit]!, 0) / own.length : NaN;
    return {
      kind,
      id,
      units: own,
      sessions: units.session ? [...new Set(own.map((unit) => units.session![unit]!))].sort((a, b) => a - b) : [],
      similarity,
      depth: mean(units.depth?.map((depth, unit) => depth - (units.motion?.[unit] ?? 0))),
      amplitude: mean(units.amplitude),
      shank: units.shank?.[own[0]!] ?? NaN,
      events: [...new Set(own.flatMap((unit) => events.get(unit) ?? []))],
      matrix,
    };
  }
}

function meanOffDiagonal(matrix: number[][] | undefined): number {
  if (!matrix || matrix.length < 2) return NaN;
  let sum = 0;
  matrix.forEach((row, i) => {
    row.forEach((value, j) => {
      if (i !== j) sum += value;
    });
  });
  return sum / (matrix.length * (matrix.length - 1));
}

/** What curation did to each unit, and with whom. */
function curationEvents({ curationPairs, curationTypes, cluster, clusterBefore }: Units): Map<number, string[]> {
  const partners = new Map<string, number[]>();
  curationTypes.forEach((type, i) => {
    const [a, b] = [curationPairs[2 * i]!, curationPairs[2 * i + 1]!];
    for (const [unit, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const key = `${unit} ${type}`;
      partners.set(key, [...(partners.get(key) ?? []), other]);
    }
  });
  const events = new Map<number, string[]>();
  for (const [key, others] of partners) {
    const [unit, type] = key.split(' ').map(Number) as [number, number];
    const why = type === 1 ? 'two units of one session in a cluster' : 'low similarity';
    const list = [...new Set(others)];
    // A unit that stayed in its cluster is told about through those that left.
    const from = clusterBefore ? ` of cluster ${clusterBefore[unit]!} before curation` : '';
    const text =
      cluster[unit]! > 0
        ? `unit ${unit}: parted from ${unitList(list)} (${why})`
        : `unit ${unit}: taken out${from}, away from ${unitList(list)} (${why})`;
    events.set(unit, [...(events.get(unit) ?? []), text]);
  }
  return events;
}

function unitList(units: number[]): string {
  const shown = units.slice(0, 6).join(', ');
  return `unit${units.length === 1 ? '' : 's'} ${shown}${units.length > 6 ? ` and ${units.length - 6} more` : ''}`;
}
