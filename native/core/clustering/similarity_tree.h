#pragma once
#include "core/clustering/leaf_order.h"
#include "core/clustering/linkage.h"
#include "core/job/job.h"
#include "core/similarity/combined.h"

namespace dant {

/// Single linkage on D = 1/(1 + tanh S), by the rules of primSpanningTree, straight from the features' matrices:
/// D falls with S, so that the nearest point is the most similar one.
Linkage linkageOfSimilarity(const Job& job, const CombinedSimilarity& similarity);

/// Leaf order (units) of that tree, on D.
std::vector<int32_t> leafOrderOfSimilarity(const Job& job, const CombinedSimilarity& similarity, LeafOrderRule rule);

} // namespace dant
