#include "core/clustering/hdbscan.h"

#include <algorithm>
#include <cmath>

namespace dant {

namespace {

/// The selected cluster that owns each cluster's points, itself included; −1: none.
std::vector<int32_t> clusterOwners(const CondensedTree& tree, const ClusterSelection& selection) {
  std::vector<int32_t> owners(tree.clusters.size(), -1);
  for (size_t k = 0; k < selection.clusters.size(); ++k) {
    owners[static_cast<size_t>(selection.clusters[k]) - tree.points] = static_cast<int32_t>(k);
  }
  for (size_t k = 1; k < owners.size(); ++k) {
    const auto parent = static_cast<size_t>(tree.clusters[k].parent) - tree.points;
    // What is left in the root beside other clusters is noise.
    const bool rootBesideOthers = parent == 0 && selection.clusters.size() > 1;
    if (owners[k] < 0 && !rootBesideOthers) owners[k] = owners[parent];
  }
  return owners;
}

std::vector<int32_t> labelPoints(const CondensedTree& tree, const ClusterSelection& selection,
                                 const ClusterOptions& options) {
  const auto owners = clusterOwners(tree, selection);
  // A single cluster of everything leaves out the points that fall out of the root early.
  const double rootLambda = options.selectionEpsilon > 0 ? 1 / options.selectionEpsilon : tree.clusters[0].death;
  std::vector<int32_t> labels(tree.points, -1);
  for (const auto& row : tree.rows) {
    if (row.child >= tree.root()) continue;
    const int32_t owner = owners[static_cast<size_t>(row.parent) - tree.points];
    if (owner < 0) continue;
    const bool inRoot = selection.clusters[static_cast<size_t>(owner)] == tree.root();
    if (!inRoot || (selection.clusters.size() == 1 && row.lambda >= rootLambda)) labels[row.child] = owner;
  }
  return labels;
}

/// λ / λmax of the point's cluster.
std::vector<double> membershipProbabilities(const CondensedTree& tree, const ClusterSelection& selection,
                                            const std::vector<int32_t>& labels) {
  std::vector<double> probabilities(tree.points, 0.0);
  for (const auto& row : tree.rows) {
    if (row.child >= tree.root() || labels[row.child] < 0) continue;
    const double death = tree.cluster(selection.clusters[static_cast<size_t>(labels[row.child])]).death;
    const bool certain = death == 0 || std::isinf(row.lambda);
    probabilities[row.child] = certain ? 1 : std::min(row.lambda, death) / death;
  }
  return probabilities;
}

/// 1 − λ / (largest λ at or below the cluster that the point leaves).
std::vector<double> globalLocalOutlierScores(const CondensedTree& tree) {
  std::vector<double> deepest;
  for (const auto& cluster : tree.clusters) deepest.push_back(cluster.death);
  for (size_t k = deepest.size(); k-- > 1;) {
    double& above = deepest[static_cast<size_t>(tree.clusters[k].parent) - tree.points];
    above = std::max(above, deepest[k]);
  }
  std::vector<double> scores(tree.points, 0.0);
  for (const auto& row : tree.rows) {
    const double lambdaMax = deepest[static_cast<size_t>(row.parent) - tree.points];
    if (row.child >= tree.root() || lambdaMax == 0 || std::isinf(row.lambda)) continue;
    scores[row.child] = std::isinf(lambdaMax) ? 1 : (lambdaMax - row.lambda) / lambdaMax;
  }
  return scores;
}

/// Stability / (points · largest λ of the tree).
std::vector<double> clusterPersistence(const CondensedTree& tree, const ClusterSelection& selection,
                                       const std::vector<int32_t>& labels) {
  double lambdaMax = 0;
  for (const auto& cluster : tree.clusters) lambdaMax = std::max(lambdaMax, cluster.death);
  std::vector<double> sizes(selection.clusters.size(), 0.0);
  for (const int32_t label : labels) {
    if (label >= 0) ++sizes[label];
  }
  std::vector<double> persistence(sizes.size(), 1.0);
  for (size_t k = 0; k < sizes.size(); ++k) {
    if (lambdaMax > 0 && !std::isinf(lambdaMax) && sizes[k] > 0) {
      persistence[k] = selection.stability[k] / (sizes[k] * lambdaMax);
    }
  }
  return persistence;
}

} // namespace

std::vector<int32_t> labelsFromLinkage(const Linkage& linkage, const ClusterOptions& options) {
  const auto tree = condense(linkage, options.minClusterSize);
  return labelPoints(tree, selectClusters(tree, options), options);
}

Clustering clusteringFromLinkage(const Linkage& linkage, const ClusterOptions& options) {
  const auto tree = condense(linkage, options.minClusterSize);
  const auto selection = selectClusters(tree, options);
  Clustering clustering;
  clustering.labels = labelPoints(tree, selection, options);
  clustering.probabilities = membershipProbabilities(tree, selection, clustering.labels);
  clustering.outlierScores = globalLocalOutlierScores(tree);
  clustering.persistence = clusterPersistence(tree, selection, clustering.labels);
  return clustering;
}

} // namespace dant
