#include "core/clustering/leaf_order.h"
#include "core/clustering/leaf_costs.h"

namespace dant {

namespace {

/// Walks back from the best ends of the whole tree through the tables.
std::vector<int32_t> optimalOrder(LeafCosts& costs, size_t merges) {
  for (size_t merge = 0; merge < merges; ++merge) costs.solve(merge);
  const LeafLayout& layout = costs.layout();
  /// An order of a node's leaves from one position to the other.
  struct Stretch {
    size_t node, from, to;
  };
  const auto [begin, end] = costs.bestEnds(merges - 1);
  std::vector<Stretch> open{{layout.nodes.size() - 1, begin, end}};
  std::vector<int32_t> order;
  while (!open.empty()) {
    const auto [node, from, to] = open.back();
    open.pop_back();
    if (layout.nodes[node].isLeaf()) {
      order.push_back(layout.leaves[from]);
      continue;
    }
    const size_t merge = node - costs.points();
    const auto [first, second] = layout.children[merge];
    // The stretch that comes first is pushed last.
    if (layout.nodes[node].first().holds(from)) {
      const auto [m, k] = costs.seam(merge, from, to);
      open.push_back({second, k, to});
      open.push_back({first, from, m});
    } else {
      const auto [m, k] = costs.seam(merge, to, from);
      open.push_back({first, m, to});
      open.push_back({second, from, k});
    }
  }
  return order;
}

/// The ends that are best for each merge alone show which half of each child lies outside.
std::vector<int32_t> scipyOrder(LeafCosts& costs, size_t merges) {
  const LeafLayout& layout = costs.layout();
  std::vector<std::pair<size_t, size_t>> ends;
  for (size_t merge = 0; merge < merges; ++merge) {
    costs.solve(merge);
    ends.push_back(costs.bestEnds(merge));
  }
  struct Turned {
    size_t node;
    bool backwards;
  };
  std::vector<Turned> open{{layout.nodes.size() - 1, false}};
  std::vector<int32_t> order;
  while (!open.empty()) {
    const auto [node, backwards] = open.back();
    open.pop_back();
    if (layout.nodes[node].isLeaf()) {
      order.push_back(layout.leaves[layout.nodes[node].start]);
      continue;
    }
    const size_t merge = node - costs.points();
    const auto [first, second] = layout.children[merge];
    const bool firstTurned = !layout.nodes[first].first().holds(ends[merge].first);
    const bool secondTurned = !layout.nodes[second].isLeaf() && layout.nodes[second].first().holds(ends[merge].second);
    const Turned before{first, firstTurned != backwards}, after{second, secondTurned != backwards};
    open.push_back(backwards ? before : after);
    open.push_back(backwards ? after : before);
  }
  return order;
}

} // namespace

std::vector<int32_t> leafOrder(const Linkage& linkage, const FillDistances& distances, LeafOrderRule rule,
                               const Job& job) {
  if (linkage.empty()) return {0};
  LeafCosts costs(linkage, distances, job);
  return rule == LeafOrderRule::optimal ? optimalOrder(costs, linkage.size()) : scipyOrder(costs, linkage.size());
}

} // namespace dant
