#pragma once
#include "core/job/job.h"
#include "core/similarity/unit_pair.h"

#include <span>

namespace dant {

/// Similarity (n, n) of which the tracker's distance 1/(1 + tanh S) is 1/(2p): S = ½ ln odds, cut at ±6; −6 for pairs
/// that are not listed, 6 on the diagonal.
void fillMatchSimilarity(const Job& job, std::span<const UnitPair> pairs, std::span<const float> logOdds, size_t units,
                         std::span<float> similarity);

} // namespace dant
