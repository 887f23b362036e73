#include "core/clustering/cluster_selection.h"

namespace dant {

namespace {

/// One flag and one stability per cluster, at its number − points.
struct Candidates {
  std::vector<bool> selected;
  std::vector<double> stability;
};

void selectByExcessOfMass(const CondensedTree& tree, const ClusterOptions& options, Candidates& candidates) {
  const size_t first = options.allowSingleCluster ? 0 : 1;
  for (size_t k = tree.clusters.size(); k-- > first;) {
    const auto& cluster = tree.clusters[k];
    double below = 0;
    if (cluster.firstChild >= 0) {
      const size_t child = static_cast<size_t>(cluster.firstChild) - tree.points;
      below = static_cast<float>(candidates.stability[child] + candidates.stability[child + 1]);
    }
    const bool tooLarge = options.maxClusterSize > 0 && static_cast<size_t>(cluster.size) > options.maxClusterSize;
    if (tooLarge || below > candidates.stability[k]) candidates.stability[k] = below;
    else candidates.selected[k] = true;
  }
  // Nothing below a selected cluster.
  std::vector<bool> covered(tree.clusters.size());
  for (size_t k = 1; k < tree.clusters.size(); ++k) {
    const size_t parent = static_cast<size_t>(tree.clusters[k].parent) - tree.points;
    covered[k] = covered[parent] || candidates.selected[parent];
    if (covered[k]) candidates.selected[k] = false;
  }
}

void selectLeaves(const CondensedTree& tree, Candidates& candidates) {
  // The root is not one, even where nothing splits off.
  for (size_t k = 1; k < tree.clusters.size(); ++k) candidates.selected[k] = tree.clusters[k].firstChild < 0;
}

/// The lowest cluster above `number` that is born at a distance above epsilon, or the highest that may be selected.
int32_t mergeUpwards(const CondensedTree& tree, int32_t number, const ClusterOptions& options) {
  while (1 / tree.cluster(number).birth <= options.selectionEpsilon) {
    const int32_t parent = tree.cluster(number).parent;
    if (parent == tree.root()) return options.allowSingleCluster ? parent : number;
    number = parent;
  }
  return number;
}

void mergeBelowEpsilon(const CondensedTree& tree, const ClusterOptions& options, Candidates& candidates) {
  if (candidates.selected[0]) return;
  std::vector<bool> merged(candidates.selected.size());
  for (size_t k = 1; k < candidates.selected.size(); ++k) {
    if (!candidates.selected[k]) continue;
    const auto number = static_cast<int32_t>(tree.points + k);
    const bool born = 1 / tree.cluster(number).birth < options.selectionEpsilon;
    merged[static_cast<size_t>(born ? mergeUpwards(tree, number, options) : number) - tree.points] = true;
  }
  candidates.selected = std::move(merged);
}

} // namespace

ClusterSelection selectClusters(const CondensedTree& tree, const ClusterOptions& options) {
  Candidates candidates{std::vector<bool>(tree.clusters.size()), {}};
  for (const auto& cluster : tree.clusters) candidates.stability.push_back(cluster.stability);
  if (options.method == ClusterOptions::Method::leaf) selectLeaves(tree, candidates);
  else selectByExcessOfMass(tree, options, candidates);
  if (options.selectionEpsilon > 0) mergeBelowEpsilon(tree, options, candidates);

  ClusterSelection selection;
  for (size_t k = 0; k < candidates.selected.size(); ++k) {
    if (!candidates.selected[k]) continue;
    selection.clusters.push_back(static_cast<int32_t>(tree.points + k));
    selection.stability.push_back(candidates.stability[k]);
  }
  return selection;
}

} // namespace dant
