import type { GroupResult, ProbabilisticGroup } from '../lib/tracking/result.js';

/** A group that was tracked by probabilities; fails for any other. */
export function probabilistic(group: GroupResult | undefined): ProbabilisticGroup {
  if (group?.method !== 'probabilistic') throw new Error('Expected a group that was tracked by probabilities.');
  return group;
}
