import type { ResultSource } from './result_source.js';
import { connectionColumns } from './schema.js';
import type { MatchEvidence, StoredConnection } from './stored_result.js';

/** What the probabilistic method says beyond the clusters; undefined of results of pyDANT's method. */
export async function readMatches(results: ResultSource, missing: string[]): Promise<MatchEvidence | undefined> {
  const pairs = await results.integers('MatchProbabilityPairs');
  const probabilities = await results.floats('MatchProbability');
  if (!pairs || !probabilities) return undefined;
  if (pairs.data.length !== 2 * probabilities.data.length) {
    missing.push('MatchProbability.npy and MatchProbabilityPairs.npy are of different numbers of pairs; left out.');
    return undefined;
  }
  const matchedPairs = await results.integers('MatchedPairs');
  const matchedProbabilities = await results.floats('MatchedProbability');
  const areMatchedKnown = matchedProbabilities && matchedPairs?.data.length === 2 * matchedProbabilities.data.length;
  return {
    pairs: pairs.data,
    probabilities: probabilities.data,
    matched: areMatchedKnown ? { pairs: matchedPairs.data, probabilities: matchedProbabilities.data } : undefined,
    confidence: (await results.floats('ClusterConfidence'))?.data,
    falsePositiveRates: (await results.floats('FalsePositiveRate'))?.data,
    splitCandidates: (await results.integers('SplitCandidates'))?.data ?? new Int32Array(0),
    contaminatedUnits: (await results.integers('ContaminatedUnits'))?.data ?? new Int32Array(0),
    connections: connectionRows((await results.floats('Connections'))?.data),
    scoreCounts: (await results.floats('ScoreCounts'))?.data,
  };
}

function connectionRows(table: Float64Array = new Float64Array(0)): StoredConnection[] {
  const width = connectionColumns.length;
  return Array.from({ length: table.length / width }, (_, row) => {
    const values = connectionColumns.map((column, c) => [column, table[row * width + c]!] as const);
    const { shank, isConnected, ...numbers } = Object.fromEntries(values) as Record<
      (typeof connectionColumns)[number],
      number
    >;
    return { ...numbers, shank: shank === 0 ? undefined : shank, isConnected: isConnected === 1 };
  });
}
