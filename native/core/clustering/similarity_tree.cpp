#include "core/clustering/similarity_tree.h"

#include "core/simd/kernels.h"

#include <limits>

namespace dant {

Linkage linkageOfSimilarity(const Job& job, const CombinedSimilarity& similarity) {
  const size_t units = similarity.units;
  const double none = -std::numeric_limits<double>::infinity();
  std::vector<double> best(units, none), closed(units, 0.0);
  std::vector<const float*> rows(similarity.features.size());
  std::vector<Edge> edges;
  for (size_t added = 0; edges.size() + 1 < units;) {
    if (edges.size() % 64 == 0) job.throwIfAborted();
    closed[added] = none;
    for (size_t f = 0; f < rows.size(); ++f) rows[f] = similarity.features[f].data() + added * units;
    const size_t next = kernels().absorb(units, rows.data(), similarity.weights.data(), static_cast<int>(rows.size()),
                                         best.data(), closed.data());
    edges.push_back({static_cast<int32_t>(added), static_cast<int32_t>(next), distanceOf(best[next])});
    added = next;
  }
  return singleLinkage(std::move(edges));
}

} // namespace dant
