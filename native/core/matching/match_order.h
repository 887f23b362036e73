#pragma once
#include "core/job/job.h"
#include "core/similarity/unit_pair.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// An order of the units in which likely matches stand together: units that pairs with ln odds > −12 connect, each such
/// component in optimal leaf order of its single-linkage tree on the distances 1/(2p); components from the smallest
/// depth to the largest, and each of them turned that way. Of pairs that are not listed, or less likely, none says more
/// than another: no order between components is better by the distances. pairs, logOdds (P); depthsUm (units) corrected
/// for motion.
std::vector<int32_t> matchOrder(const Job& job, std::span<const UnitPair> pairs, std::span<const float> logOdds,
                                std::span<const double> depthsUm);

} // namespace dant
