#include "core/clustering/similarity_tree.h"

#include "core/job/step_team.h"
#include "core/simd/kernels.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace dant {

namespace {

/// What one part of the points offers as the next one to add.
struct alignas(64) Candidate {
  double value;
  size_t point;
};

} // namespace

Linkage linkageOfSimilarity(const Job& job, const CombinedSimilarity& similarity) {
  const size_t units = similarity.units;
  constexpr double none = -std::numeric_limits<double>::infinity();
  constexpr double inTree = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> best(units, none); // the largest similarity with a point of the tree
  std::vector<const float*> rows(similarity.features.size());
  // One part for each thread, but none of less than about a microsecond.
  constexpr size_t partPoints = 1024;
  const size_t parts = std::clamp<size_t>(units / partPoints, 1, static_cast<size_t>(std::max(1, job.threads)));
  std::vector<Candidate> candidates(parts);
  const std::function<void(size_t)> step = [&](size_t part) {
    auto& [value, point] = candidates[part];
    point = kernels().primStep(part * units / parts, (part + 1) * units / parts, rows.data(), similarity.weights.data(),
                               static_cast<int>(rows.size()), best.data(), &value);
  };
  StepTeam team(parts);
  std::vector<Edge> edges;
  for (size_t added = 0; edges.size() + 1 < units;) {
    if (edges.size() % 64 == 0) job.throwIfAborted();
    best[added] = inTree;
    for (size_t f = 0; f < rows.size(); ++f) rows[f] = similarity.features[f].data() + added * units;
    team.run(parts, step);
    // The first of the largest.
    const auto next = std::max_element(candidates.begin(), candidates.end(),
                                       [](const Candidate& a, const Candidate& b) { return a.value < b.value; });
    edges.push_back({static_cast<int32_t>(added), static_cast<int32_t>(next->point), distanceOf(next->value)});
    added = next->point;
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
