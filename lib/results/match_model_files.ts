import type { WritableArray } from '../files/write_elements.js';
import { probabilityOf } from '../matching/confidence.js';
import type { GroupResult, MatchModel } from '../tracking/result.js';
import { pairs, type ResultArray, type ResultArrays } from './result_array.js';
import { scopeIndices, type Scope } from './scope.js';

/**
 * What the probabilistic method says beyond the clusters: `MatchProbabilityPairs` (P, 2) nearby units and `MatchProbability`
 * (P) judged by the two and their rivals; `MatchedProbability` (M) of the `MatchedPairs` given all units; `ClusterConfidence` (clusters,
 * by id from 1), `FalsePositiveRate`, `SplitCandidates` (Q, 2), `MixedUnits` (R, 2), and the motion at
 * `motion_profile_depths` (K) as `motion_profile` (sessions, K), in the folder of one shank.
 */
export function matchModelFiles(scope: Scope): ResultArrays {
  const groups = scope.groups.flatMap(({ group }) => (group.method === 'probabilistic' ? [group] : []));
  if (groups.length === 0) return {};
  const known = groups.map(({ model }) => model);
  const listed = (of: (model: MatchModel) => Int32Array) =>
    pairs(scopeIndices(scope, (group) => (group.method === 'probabilistic' ? of(group.model) : new Int32Array(0))));
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
    SplitCandidates: listed(({ splitCandidates }) => splitCandidates),
    MixedUnits: listed(({ mixedUnits }) => mixedUnits),
    ...(groups.length === 1 && profileFiles(groups[0]!)),
  };
}

function profileFiles({ motion: { profile } }: GroupResult): ResultArrays {
  if (profile === undefined) return {};
  const knots = profile.knotDepthsUm.length;
  return {
    motion_profile_depths: { data: profile.knotDepthsUm, shape: [knots] },
    motion_profile: { data: profile.shiftsUm, shape: [profile.shiftsUm.length / knots, knots] },
  };
}
