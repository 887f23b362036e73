#include "core/clustering/similarity_tree.h"

#include "core/simd/kernels.h"

#include <limits>

namespace dant {

Linkage linkageOfSimilarity(const Job& job, const CombinedSimilarity& similarity) {
  const size_t units = similarity.units;
  constexpr double none = -std::numeric_limits<double>::infinity();
  constexpr double inTree = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> best(units, none); // the largest similarity with a point of the tree
  std::vector<const float*> rows(similarity.features.size());
  std::vector<Edge> edges;
  for (size_t added = 0; edges.size() + 1 < units;) {
    if (edges.size() % 64 == 0) job.throwIfAborted();
    best[added] = inTree;
    for (size_t f = 0; f < rows.size(); ++f) rows[f] = similarity.features[f].data() + added * units;
    double largest = none;
    const size_t next = kernels().primStep(0, units, rows.data(), similarity.weights.data(),
                                           static_cast<int>(rows.size()), best.data(), &largest);
    edges.push_back({static_cast<int32_t>(added), static_cast<int32_t>(next), distanceOf(largest)});
    added = next;
  }
  return singleLinkage(std::move(edges));
}

std::vector<int32_t> leafOrderOfSimilarity(const Job& job, const CombinedSimilarity& similarity, LeafOrderRule rule) {
  const auto fill = [&](size_t i, std::span<const int32_t> others, double* out) {
    similarity.among(i, others, out);
    kernels().distances(out, others.size(), out);
  };
  return leafOrder(linkageOfSimilarity(job, similarity), fill, rule, job);
}

} // namespace dant
