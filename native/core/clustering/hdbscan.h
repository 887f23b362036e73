#pragma once
#include "core/clustering/cluster_selection.h"
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Label of each point: 0, 1, … by increasing number of the condensed cluster, −1 outside all clusters. O(points).
std::vector<int32_t> labelsFromLinkage(const Linkage& linkage, const ClusterOptions& options);

/// All that HDBSCAN says about the points.
struct Clustering {
  std::vector<int32_t> labels;       ///< (points) as above
  std::vector<double> probabilities; ///< (points) strength of membership in [0, 1]; 0 outside all clusters
  std::vector<double> outlierScores; ///< (points) GLOSH (Campello et al. 2015) in [0, 1]; high: outlier
  std::vector<double> persistence;   ///< (clusters) share of the greatest possible stability, in [0, 1]
};

Clustering clusteringFromLinkage(const Linkage& linkage, const ClusterOptions& options);

/// Single linkage of the mutual reachability distance max(d(i,j), core(i), core(j)), core = distance to the
/// minSamples-th nearest other point (the farthest when there are fewer). minSamples ≥ 1; 1 leaves the distance as it
/// is. `points` is (n, dimensions), n ≥ 1; the distance is Euclidean. Throws InputError for NaN or Inf.
Linkage linkageOfPoints(std::span<const double> points, size_t n, size_t minSamples, const Job& job);

/// The same from an (n, n) matrix of distances, n ≥ 1. Throws InputError as requireDistanceMatrix does.
Linkage linkageOfDistances(std::span<const double> distances, size_t n, size_t minSamples, const Job& job);

} // namespace dant
