#pragma once
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace dant {

/// Two points and their distance.
struct Edge {
  int32_t a, b;
  double distance;
};

/// Prim's minimum spanning tree of n points, from point 0. `distanceRow(i, others, out)` writes the distance of point i
/// to each point of `others` (ascending) into out. Equal distances go to the smallest index. The n − 1 edges come in
/// the order in which points join, each from the point *joined before* to the new one: as in the reference, and enough
/// for single linkage, which only asks whether a is on the side that b joins.
template <class DistanceRow> std::vector<Edge> primSpanningTree(size_t n, DistanceRow&& distanceRow, const Job& job) {
  std::vector<Edge> edges;
  if (n < 2) return edges;
  edges.reserve(n - 1);
  std::vector<int32_t> outside(n - 1);
  std::iota(outside.begin(), outside.end(), 1);
  std::vector<double> nearest(n - 1, std::numeric_limits<double>::infinity());
  std::vector<double> row(n - 1);
  for (int32_t added = 0; !outside.empty();) {
    job.throwIfAborted();
    job.report(static_cast<double>(edges.size()) / static_cast<double>(n - 1));
    distanceRow(static_cast<size_t>(added), std::span<const int32_t>(outside), row.data());
    size_t best = 0;
    for (size_t k = 0; k < outside.size(); ++k) {
      if (row[k] < nearest[k]) nearest[k] = row[k];
      if (nearest[k] < nearest[best]) best = k;
    }
    edges.push_back({added, outside[best], nearest[best]});
    added = outside[best];
    const auto at = static_cast<std::ptrdiff_t>(best);
    outside.erase(outside.begin() + at);
    nearest.erase(nearest.begin() + at);
  }
  return edges;
}

} // namespace dant
