#pragma once
#include "core/clustering/linkage.h"
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace dant {

/// Writes the distance of point i to each point of `others` into out. Symmetric and free of NaN; called from several
/// threads at once, once for each pair of points (and for some again).
using FillDistances = std::function<void(size_t i, std::span<const int32_t> others, double* out)>;

enum class LeafOrderRule {
  /// Of all orders that the tree allows, one with the smallest sum of distances between neighbours (Bar-Joseph et al.
  /// 2001). Exact.
  optimal,
  /// What SciPy's optimal_leaf_ordering returns (issue 11227 there), and so the reference: each merge has its two
  /// children
  /// turned so that the merge taken by itself would be optimal, whatever is around it. Its sum is often a few percent
  /// larger.
  scipy,
};

/// Orders the leaves of a tree. (points) indices. Deterministic, whatever the number of threads. Keeps points²/2
/// doubles.
std::vector<int32_t> leafOrder(const Linkage& linkage, const FillDistances& distances, LeafOrderRule rule,
                               const Job& job);

} // namespace dant
