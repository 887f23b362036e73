import type { WritableArray } from '../files/write_elements.js';
import { probabilityOf } from '../matching/confidence.js';
import { scoreColumns } from '../matching/score_counts.js';
import type { MatchModel, ProbabilisticGroup } from '../tracking/result.js';
import { perGroup } from './motion_files.js';
import { ids, pairs, type ResultArray, type ResultArrays } from './result_array.js';
import { connectionColumns } from './schema.js';
import { scopeIndices, type Scope } from './scope.js';

/** What the probabilistic method says beyond the clusters; see `resultSchema`. */
export function matchModelFiles(scope: Scope): ResultArrays {
  const groups = scope.groups.flatMap(({ group }) => (group.method === 'probabilistic' ? [group] : []));
  if (groups.length === 0) return {};
  const known = groups.map(({ model }) => model);
  const list = (parts: Iterable<number>[]): WritableArray => {
    const data = Float64Array.from(parts.flatMap((part) => [...part]));
    return { data, shape: [data.length] };
  };
  const probabilities = (of: (model: MatchModel) => Float32Array): ResultArray => ({
    dtype: '<f8',
    shape: [known.reduce((sum, model) => sum + of(model).length, 0)],
    *blocks() {
      for (const model of known) {
        // A loop: `from` with a function takes ten times as long, and there are millions.
        const logOdds = of(model);
        const block = new Float64Array(logOdds.length);
        for (let p = 0; p < block.length; ++p) block[p] = probabilityOf(logOdds[p]!);
        yield block;
      }
    },
  });
  const rates = Float64Array.from(known, ({ falsePositiveRate }) => falsePositiveRate);
  return {
    MatchProbabilityPairs: pairs(scopeIndices(scope, (group) => group.nearbyPairs)),
    MatchProbability: probabilities((model) => model.logOdds),
    MatchedProbability: probabilities((model) => model.matchLogOdds),
    ClusterConfidence: list(known.map(({ clusters }) => clusters.subarray(1))),
    FalsePositiveRate: { data: rates, shape: scope.merged ? [rates.length] : [] },
    SplitCandidates: pairs(ofUnits(scope, ({ splitCandidates }) => splitCandidates)),
    ContaminatedUnits: ids(ofUnits(scope, ({ contaminatedUnits }) => contaminatedUnits)),
    Connections: connectionTable(groups),
    ScoreCounts: sumOfCounts(known.map(({ scoreCounts }) => scoreCounts)),
    motion_component: perGroup(groups, scope.merged, (group) =>
      group.method === 'probabilistic' ? group.model.connections.component : [],
    ),
  };
}

/** Lists of units of the groups, as indices of the folder's units. */
function ofUnits(scope: Scope, of: (model: MatchModel) => Int32Array): Int32Array {
  return scopeIndices(scope, (group) => (group.method === 'probabilistic' ? of(group.model) : new Int32Array(0)));
}

function connectionTable(groups: readonly ProbabilisticGroup[]): WritableArray {
  const rows = groups.flatMap(({ shank = 0, model }) =>
    model.connections.pairs.map((pair) => ({ ...pair, shank, isConnected: Number(pair.isConnected) })),
  );
  const data = Float64Array.from(rows.flatMap((row) => connectionColumns.map((column) => row[column])));
  return { data, shape: [rows.length, connectionColumns.length] };
}

/** Counts of all groups in one table; the edges of the bins are those of each. */
function sumOfCounts(tables: readonly Float64Array[]): WritableArray {
  const data = tables[0]!.map((value, k) =>
    k % scoreColumns === 0 ? value : tables.reduce((sum, table) => sum + table[k]!, 0),
  );
  return { data, shape: [data.length / scoreColumns, scoreColumns] };
}
