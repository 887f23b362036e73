#include "core/clustering/linkage.h"

#include "core/graph/union_find.h"

#include <algorithm>
#include <string>

namespace dant {

Linkage singleLinkage(std::vector<Edge> edges) {
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& x, const Edge& y) { return x.distance < y.distance; });
  const size_t points = edges.size() + 1;
  UnionFind nodes(points + edges.size());
  Linkage linkage;
  linkage.reserve(edges.size());
  const auto sizeOf = [&](int32_t node) {
    return node < static_cast<int32_t>(points) ? 1 : linkage[static_cast<size_t>(node) - points].size;
  };
  for (const Edge& edge : edges) {
    const int32_t left = nodes.root(edge.a), right = nodes.root(edge.b);
    if (left == right) {
      throw InputError("The similarities or distances are not all numbers, or were changed while they were clustered.");
    }
    for (const int32_t child : {left, right}) nodes.attach(child, static_cast<int32_t>(points + linkage.size()));
    linkage.push_back({left, right, edge.distance, sizeOf(left) + sizeOf(right)});
  }
  return linkage;
}

void requireTree(const Linkage& linkage) {
  const size_t points = pointCount(linkage);
  std::vector<bool> used(points + linkage.size());
  for (size_t k = 0; k < linkage.size(); ++k) {
    int64_t size = 0;
    for (const int32_t child : {linkage[k].left, linkage[k].right}) {
      if (child < 0 || static_cast<size_t>(child) >= points + k || used[child]) {
        throw InputError("Row " + std::to_string(k) + " of the linkage merges node " + std::to_string(child) +
                         ", which " +
                         (child >= 0 && static_cast<size_t>(child) < points + k ? "an earlier row has merged already."
                                                                                : "does not exist yet."));
      }
      used[child] = true;
      size += static_cast<size_t>(child) < points ? 1 : linkage[static_cast<size_t>(child) - points].size;
    }
    if (size != linkage[k].size) {
      throw InputError("Row " + std::to_string(k) + " of the linkage should have the size " + std::to_string(size) +
                       " but has " + std::to_string(linkage[k].size) + ".");
    }
  }
}

} // namespace dant
