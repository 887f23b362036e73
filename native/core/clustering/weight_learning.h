#pragma once
#include "core/clustering/similarity_counts.h"
#include "core/job/job.h"
#include "core/similarity/combined.h"
#include "core/similarity/unit_pair.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dant {

/// Pairs of units with |depth_i − depth_j| ≤ maxDistanceUm, ordered by j, then i. Depths are corrected for motion.
std::vector<UnitPair> findNearbyPairs(const Job& job, std::span<const double> depthsUm, double maxDistanceUm);

struct WeightLearningOptions {
  size_t maxClusterSize = 0; ///< number of sessions
  int iterations = 10;
  double tolerance = 1e-8;
};

struct LearnedClusters {
  /// Cluster of each unit from 1, −1 outside, of the last clustering.
  std::vector<int32_t> labels;
  /// Weights and threshold of S, updated after that clustering. No threshold: the discriminant was not defined, because
  /// no pair or every pair was matched, or there was only one iteration.
  std::vector<double> weights;
  std::optional<double> threshold;
  int iterations = 0;
  /// Pairs in the same cluster, near or far, of the same session or not.
  size_t matchedPairs = 0;
  /// Of the nearby pairs, by the new weights.
  SimilarityCounts similarities;
  /// Those of the nearby pairs that are matched, of different sessions, and above the threshold, if there is one.
  std::vector<UnitPair> goodPairs;
};

/// Clusters and feature weights in turn: HDBSCAN on S, then linear discriminant analysis of matched against unmatched
/// nearby pairs gives the next weights, until they change by less than the tolerance. Starts from similarity.weights.
/// sessions (units)
LearnedClusters learnWeights(const Job& job, CombinedSimilarity similarity, std::span<const UnitPair> nearby,
                             std::span<const int32_t> sessions, const WeightLearningOptions& options);

} // namespace dant
