#pragma once
#include "core/clustering/spanning_tree.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dant {

/// One merge of a hierarchical clustering: nodes below the number of points are points, node (points + k) is what the
/// k-th merge made.
struct Merge {
  int32_t left, right;
  double distance;
  int32_t size; ///< points in the merged node
};

/// The merges in the order of their distances; one fewer than there are points.
using Linkage = std::vector<Merge>;

inline size_t pointCount(const Linkage& linkage) { return linkage.size() + 1; }

/// Single linkage from the edges of a spanning tree: sorted by distance (equal ones keep their order), each edge joins
/// the node that holds its a (left) and the one that holds its b (right). Throws InputError unless they make one tree.
Linkage singleLinkage(std::vector<Edge> edges);

/// Throws InputError unless the merges form one binary tree in which every node is made before it is used and sizes
/// are right. For linkages that come from outside.
void requireTree(const Linkage& linkage);

} // namespace dant
