#pragma once
#include "core/clustering/condensed_tree.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dant {

/// Which clusters of the hierarchy become the result.
struct ClusterOptions {
  enum class Method { excessOfMass, leaf };

  size_t minClusterSize = 5; ///< ≥ 2
  size_t maxClusterSize = 0; ///< excess of mass takes no larger cluster; 0: any size
  Method method = Method::excessOfMass;
  double selectionEpsilon = 0;     ///< clusters born below this distance are merged upwards until they are not
  bool allowSingleCluster = false; ///< the root may be selected
};

/// The selected clusters in increasing number; label k stands for clusters[k].
struct ClusterSelection {
  std::vector<int32_t> clusters;
  /// Of each of them; with excess of mass, one that was passed over for its children carries their total.
  std::vector<double> stability;
};

/// Campello et al. 2013, section 5 (excess of mass), or the leaves of the condensed tree; epsilon as in Malzer & Baum
/// 2020. Excess of mass compares, and hands upwards, the children's total rounded to single precision: the reference
/// does, and near-ties hang on it.
ClusterSelection selectClusters(const CondensedTree& tree, const ClusterOptions& options);

} // namespace dant
