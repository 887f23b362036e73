#include "core/clustering/condensed_tree.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace dant {

namespace {

class Condenser {
public:
  Condenser(const Linkage& linkage, size_t minClusterSize)
      : linkage_(linkage), minClusterSize_(minClusterSize), tree_{pointCount(linkage), {}, {}} {}

  CondensedTree run() {
    tree_.rows.reserve(tree_.points);
    tree_.clusters.push_back({.parent = -1});
    if (linkage_.empty()) return std::move(tree_);
    // Breadth first over the nodes that are still a whole cluster, each with the number of that cluster.
    std::vector<std::pair<int32_t, int32_t>> queue{{static_cast<int32_t>(2 * tree_.points - 2), tree_.root()}};
    for (size_t head = 0; head < queue.size(); ++head) {
      const auto [node, cluster] = queue[head];
      const Merge& merge = linkage_[static_cast<size_t>(node) - tree_.points];
      const double lambda = merge.distance > 0 ? 1 / merge.distance : std::numeric_limits<double>::infinity();
      const bool leftStays = sizeOf(merge.left) >= minClusterSize_, rightStays = sizeOf(merge.right) >= minClusterSize_;
      if (leftStays && rightStays) {
        for (const int32_t side : {merge.left, merge.right})
          queue.emplace_back(side, newCluster(cluster, side, lambda));
        continue;
      }
      if (leftStays) queue.emplace_back(merge.left, cluster);
      else dropPoints(cluster, merge.left, lambda);
      if (rightStays) queue.emplace_back(merge.right, cluster);
      else dropPoints(cluster, merge.right, lambda);
    }
    return std::move(tree_);
  }

private:
  size_t sizeOf(int32_t node) const {
    const auto index = static_cast<size_t>(node);
    return index < tree_.points ? 1 : static_cast<size_t>(linkage_[index - tree_.points].size);
  }

  int32_t newCluster(int32_t parent, int32_t node, double lambda) {
    const auto number = static_cast<int32_t>(tree_.points + tree_.clusters.size());
    const auto size = static_cast<int32_t>(sizeOf(node));
    addRow(parent, number, lambda, size);
    tree_.clusters.push_back({.parent = parent, .birth = lambda, .size = size});
    auto& above = tree_.cluster(parent);
    if (above.firstChild < 0) above.firstChild = number;
    if (above.parent < 0) above.size += size;
    return number;
  }

  void dropPoints(int32_t cluster, int32_t node, double lambda) {
    falling_.assign(1, node);
    for (size_t head = 0; head < falling_.size(); ++head) {
      const int32_t member = falling_[head];
      if (member < tree_.root()) {
        addRow(cluster, member, lambda, 1);
      } else {
        const Merge& merge = linkage_[static_cast<size_t>(member) - tree_.points];
        falling_.insert(falling_.end(), {merge.left, merge.right});
      }
    }
  }

  void addRow(int32_t parent, int32_t child, double lambda, int32_t size) {
    tree_.rows.push_back({parent, child, lambda, size});
    auto& cluster = tree_.cluster(parent);
    // A cluster that is born where its points leave has none, also where both are ∞.
    if (lambda != cluster.birth) cluster.stability += (lambda - cluster.birth) * size;
    cluster.death = std::max(cluster.death, lambda);
  }

  const Linkage& linkage_;
  size_t minClusterSize_;
  CondensedTree tree_;
  std::vector<int32_t> falling_;
};

} // namespace

CondensedTree condense(const Linkage& linkage, size_t minClusterSize) {
  return Condenser(linkage, minClusterSize).run();
}

} // namespace dant
