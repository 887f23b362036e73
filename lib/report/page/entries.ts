import type { ReportPage } from '../packed.js';
import type { Units } from './data.js';
import { fullName, nounFor, numberOf } from './names.js';

/** A row of the table: a cluster, an unmatched unit, or two units of a session that look like one. */
export interface Entry {
  kind: 'cluster' | 'unit' | 'split';
  /** Number of the cluster, of the unit, or in the list of split candidates (from 1) */
  id: number;
  /** Sorted by session */
  units: number[];
  /** The sorter's numbers of the units; empty: the data were not imported */
  clusterIds: number[];
  /** Sessions in ascending order; empty when they are not known */
  sessions: number[];
  /** By the measure of the page. Mean over the pairs; of an unmatched unit: to its nearest neighbour */
  similarity: number;
  /** Expected share of right pairs (%); NaN where it is not known */
  confidence: number;
  depth: number;
  amplitude: number;
  shank: number;
  /** What curation did, in words */
  events: string[];
  /** Units of a session that look like one, in words */
  splits: string[];
  /** Units with spikes of two neurons, of which this is one, in words */
  mixed: string[];
  /** Similarities (units, units), NaN where one is not known; undefined when none is */
  matrix: number[][] | undefined;
}

export type Entries = Record<Entry['kind'], Entry[]>;

export function makeEntries(page: ReportPage, units: Units): Entries {
  const events = curationEvents(units);
  const splitsOf = splitCandidates(units);
  const mixedOf = mixedUnits(units);
  const depths = units.depth?.map((depth, unit) => depth - (units.motion?.[unit] ?? 0));
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
  const splits = Array.from(units.splitProbabilities ?? [], (probability, q) => {
    const pair = [units.splitCandidates![2 * q]!, units.splitCandidates![2 * q + 1]!];
    return makeEntry('split', q + 1, pair, undefined, probability);
  });
  return { cluster: clusters, unit: unmatched, split: splits };

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
      clusterIds: units.clusterId ? own.map((unit) => units.clusterId![unit]!) : [],
      sessions: units.session ? [...new Set(own.map((unit) => units.session![unit]!))].sort((a, b) => a - b) : [],
      similarity,
      confidence: kind === 'cluster' ? 100 * (units.confidence?.[id - 1] ?? NaN) : NaN,
      depth: mean(depths),
      amplitude: mean(units.amplitude),
      shank: units.shank?.[own[0]!] ?? NaN,
      events: [...new Set(own.flatMap((unit) => events.get(unit) ?? []))],
      splits: [...new Set(own.flatMap((unit) => splitsOf.get(unit) ?? []))],
      mixed: own.flatMap((unit) => mixedOf.get(unit) ?? []),
      matrix,
    };
  }
}

function meanOffDiagonal(matrix: number[][] | undefined): number {
  if (!matrix || matrix.length < 2) return NaN;
  const values = matrix.flatMap((row, i) => row.filter((value, j) => i !== j && !Number.isNaN(value)));
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** For each unit, the split candidates that it is part of, in words. */
function splitCandidates(units: Units): Map<number, string[]> {
  const { splitCandidates: pairs, splitProbabilities, session } = units;
  const found = new Map<number, string[]>();
  splitProbabilities?.forEach((probability, q) => {
    const pair = [pairs![2 * q]!, pairs![2 * q + 1]!] as const;
    const where = session ? ` of session ${session[pair[0]]!}` : '';
    const text = `${nounFor(units)}s ${pair.map((unit) => numberOf(units, unit)).join(' and ')}${where} look like one neuron that the sorter split (probability ${probability.toFixed(2)})`;
    for (const unit of pair) found.set(unit, [...(found.get(unit) ?? []), text]);
  });
  return found;
}

/** For each unit, that it holds spikes of a second neuron, or that another holds spikes of its neuron, in words. */
function mixedUnits(units: Units): Map<number, string[]> {
  const { mixedUnits: pairs = new Int32Array(0), cluster } = units;
  const found = new Map<number, string[]>();
  const add = (unit: number, text: string) => found.set(unit, [...(found.get(unit) ?? []), text]);
  const neuronOf = (unit: number) =>
    cluster[unit]! > 0 ? `neuron ${cluster[unit]!}` : `unmatched ${fullName(units, unit)}`;
  for (let r = 0; r < pairs.length; r += 2) {
    const [mixed, other] = [pairs[r]!, pairs[r + 1]!];
    const name = fullName(units, mixed);
    add(mixed, `${name} seems to hold spikes of a second neuron as well (${neuronOf(other)})`);
    add(other, `${name} (${neuronOf(mixed)}) seems to hold spikes of this neuron as well`);
  }
  return found;
}

/** What curation did to each unit, and with whom. */
function curationEvents(units: Units): Map<number, string[]> {
  const { curationPairs, curationTypes, cluster, clusterBefore } = units;
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
    // A unit that stayed in its cluster is reported through those that left.
    const from = clusterBefore ? ` of cluster ${clusterBefore[unit]!} before curation` : '';
    const text =
      cluster[unit]! > 0
        ? `${fullName(units, unit)}: parted from ${unitList(units, list)} (${why})`
        : `${fullName(units, unit)}: taken out${from}, away from ${unitList(units, list)} (${why})`;
    events.set(unit, [...(events.get(unit) ?? []), text]);
  }
  return events;
}

function unitList(units: Units, list: number[]): string {
  const shown = list
    .slice(0, 6)
    .map((unit) => (units.clusterId ? fullName(units, unit) : String(unit)))
    .join(', ');
  const noun = units.clusterId ? '' : `unit${list.length === 1 ? '' : 's'} `;
  return `${noun}${shown}${list.length > 6 ? ` and ${list.length - 6} more` : ''}`;
}
