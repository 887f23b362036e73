#pragma once
#include "core/clustering/weight_learning.h"
#include "core/job/job.h"

#include <span>
#include <vector>

namespace dant {

/// Ln odds that stand for "certainly different": those of pairs that are not listed.
inline constexpr double leastLogOdds = -10, largestLogOdds = 8;
/// Of two units of one session that are not more likely one neuron than two.
inline constexpr double cannotLinkLogOdds = -1000;

/// Clusters of units: those two are joined, again and again, whose units are the same neuron with the largest mean ln
/// odds over all pairs between them (clipped to leastLogOdds … largestLogOdds), as long as it is at least `minLogOdds`.
/// So one doubtful pair neither joins two neurons nor parts one; but two units of one `session` (n), which are two
/// neurons unless the sorter split one, never come together. Labels from 1 in order of the first unit; −1: alone.
std::vector<int32_t> clusterByLogOdds(const Job& job, std::span<const int32_t> sessions,
                                      std::span<const UnitPair> pairs, std::span<const float> logOdds,
                                      double minLogOdds);

} // namespace dant
