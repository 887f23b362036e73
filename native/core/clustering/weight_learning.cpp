#include "core/clustering/weight_learning.h"

#include "core/clustering/hdbscan.h"
#include "core/clustering/lda.h"
#include "core/clustering/similarity_tree.h"
#include "core/similarity/pair_similarities.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dant {

std::vector<UnitPair> findNearbyPairs(const Job& job, std::span<const double> depthsUm, double maxDistanceUm) {
  constexpr size_t grain = 64;
  const size_t units = depthsUm.size();
  std::vector<std::vector<UnitPair>> parts((units + grain - 1) / grain);
  parallelFor(job, parts.size(), [&](size_t part) {
    std::vector<UnitPair> found;
    for (size_t j = part * grain; j < std::min(units, (part + 1) * grain); ++j) {
      found.resize(j);
      size_t count = 0;
      // Without a branch: which pairs are near cannot be predicted.
      for (size_t i = 0; i < j; ++i) {
        found[count] = {static_cast<int32_t>(i), static_cast<int32_t>(j)};
        count += std::abs(depthsUm[i] - depthsUm[j]) <= maxDistanceUm ? 1 : 0;
      }
      parts[part].insert(parts[part].end(), found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count));
    }
  });
  std::vector<UnitPair> pairs;
  pairs.reserve(std::accumulate(parts.begin(), parts.end(), size_t{0},
                                [](size_t sum, const auto& part) { return sum + part.size(); }));
  for (auto& part : parts) {
    pairs.insert(pairs.end(), part.begin(), part.end());
    part = {};
  }
  return pairs;
}

namespace {

size_t countMatchedPairs(std::span<const int32_t> labels) {
  std::vector<size_t> sizes;
  for (const int32_t label : labels) {
    if (label < 1) continue;
    sizes.resize(std::max(sizes.size(), static_cast<size_t>(label) + 1));
    ++sizes[static_cast<size_t>(label)];
  }
  size_t pairs = 0;
  for (const size_t size : sizes) pairs += size > 1 ? size * (size - 1) / 2 : 0;
  return pairs;
}

/// (pairs) whether both units are in the same cluster
void findMatched(const Job& job, std::span<const UnitPair> pairs, std::span<const int32_t> labels,
                 std::span<uint8_t> matched) {
  constexpr size_t grain = 1 << 16;
  parallelFor(job, (pairs.size() + grain - 1) / grain, [&](size_t block) {
    for (size_t p = block * grain; p < std::min(pairs.size(), (block + 1) * grain); ++p) {
      const int32_t label = labels[static_cast<size_t>(pairs[p].i)];
      matched[p] = label >= 1 && label == labels[static_cast<size_t>(pairs[p].j)];
    }
  });
}

} // namespace

LearnedClusters learnWeights(const Job& job, CombinedSimilarity similarity, std::span<const UnitPair> nearby,
                             std::span<const int32_t> sessions, const WeightLearningOptions& options) {
  std::vector<float> rows(nearby.size() * similarity.features.size());
  pairSimilarities<float>(job, similarity, nearby, rows);
  ClusterOptions clusterOptions;
  clusterOptions.minClusterSize = 2;
  clusterOptions.maxClusterSize = options.maxClusterSize;
  LearnedClusters result;
  std::vector<uint8_t> matched(nearby.size());
  for (int iteration = 1; iteration <= options.iterations; ++iteration) {
    result.iterations = iteration;
    result.labels = labelsFromLinkage(linkageOfSimilarity(job, similarity), clusterOptions);
    for (auto& label : result.labels)
      if (label >= 0) ++label;
    findMatched(job, nearby, result.labels, matched);
    if (iteration == options.iterations) break;

    const auto discriminant = linearDiscriminant<float>(rows, similarity.features.size(), matched, job);
    const double total =
        discriminant ? std::accumulate(discriminant->coefficients.begin(), discriminant->coefficients.end(), 0.0) : 0.0;
    if (!std::isnormal(total)) {
      result.threshold.reset();
      break;
    }
    double change = 0;
    for (size_t f = 0; f < similarity.weights.size(); ++f) {
      const double weight = discriminant->coefficients[f] / total;
      change += std::abs(weight - similarity.weights[f]);
      similarity.weights[f] = weight;
    }
    result.threshold = -discriminant->intercept / total;
    if (change < options.tolerance) break;
  }
  result.weights = similarity.weights;
  result.matchedPairs = countMatchedPairs(result.labels);
  result.similarities = countSimilarities(job, rows, result.weights, matched);
  for (size_t p = 0; p < nearby.size(); ++p) {
    const auto [i, j] = nearby[p];
    if (!matched[p] || sessions[static_cast<size_t>(i)] == sessions[static_cast<size_t>(j)]) continue;
    const double sum = weightedSum(result.weights, rows.data() + p * result.weights.size());
    if (!(result.threshold && sum <= *result.threshold)) result.goodPairs.push_back({i, j});
  }
  return result;
}

} // namespace dant
