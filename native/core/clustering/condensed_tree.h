#pragma once
#include "core/clustering/linkage.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dant {

/// The condensed cluster tree of HDBSCAN (Campello et al. 2013; McInnes & Healy 2017). λ = 1/distance, ∞ for 0.
/// Clusters are numbered from `points` (the root) in breadth-first order, so a parent's number is below its children's.
struct CondensedTree {
  /// `child`, a point or a cluster, leaves `parent` at λ.
  struct Row {
    int32_t parent, child;
    double lambda;
    int32_t size;
  };
  /// What is known of cluster points + k at clusters[k].
  struct Cluster {
    int32_t parent;          ///< −1 for the root
    int32_t firstChild = -1; ///< its two child clusters are firstChild and firstChild + 1; −1: none
    double birth = 0;        ///< λ at which it comes to be
    int32_t size = 0;        ///< of the root: only what is in its child clusters, as in the reference
    double stability = 0;    ///< Σ over its rows of (λ − birth)·size
    double death = 0;        ///< largest λ of its rows; 0 when it has none
  };
  size_t points;
  std::vector<Row> rows; ///< in breadth-first order of the linkage, left before right
  std::vector<Cluster> clusters;

  int32_t root() const { return static_cast<int32_t>(points); }
  Cluster& cluster(int32_t number) { return clusters[static_cast<size_t>(number) - points]; }
  const Cluster& cluster(int32_t number) const { return clusters[static_cast<size_t>(number) - points]; }
};

/// A split with both sides of at least minClusterSize (≥ 2) points makes two clusters; a smaller side falls out of its
/// cluster point by point. Works in O(points).
CondensedTree condense(const Linkage& linkage, size_t minClusterSize);

} // namespace dant
