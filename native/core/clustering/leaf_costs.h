#pragma once
#include "core/clustering/leaf_order.h"
#include "core/job/large_array.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace dant {

/// A range of leaf positions.
struct LeafRange {
  size_t start, end;
  size_t size() const { return end - start; }
  bool holds(size_t position) const { return position >= start && position < end; }
};

/// A tree whose leaves are numbered in the order of a walk that visits the smaller child first: each node is a range
/// of positions, and the many leaves that a single one joins lie side by side.
struct LeafLayout {
  /// The smaller child's leaves, then the other's. A leaf has `middle` = `end`.
  struct Node {
    size_t start = 0, middle = 0, end = 0;
    LeafRange first() const { return {start, middle}; }
    LeafRange second() const { return {middle, end}; }
    bool isLeaf() const { return end - start == 1; }
    /// Where an order of the node that begins at `position` can end.
    LeafRange otherEnds(size_t position) const {
      if (isLeaf()) return {position, position + 1};
      return first().holds(position) ? second() : first();
    }
  };
  explicit LeafLayout(const Linkage& linkage);

  std::vector<Node> nodes;                         ///< by node number
  std::vector<std::pair<size_t, size_t>> children; ///< by merge: the smaller node, the other
  std::vector<int32_t> leaves;                     ///< (points) the leaf at each position
};

/// A large array that grows.
class WorkingMemory {
public:
  /// Room for so many; what is in it stays while no larger room is asked for.
  double* of(size_t count) {
    if (!numbers_ || count > size_) {
      numbers_.emplace(count);
      size_ = count;
    }
    return numbers_->data();
  }

private:
  std::optional<LargeArray<double>> numbers_;
  size_t size_ = 0;
};

/// The tables of Bar-Joseph et al. 2001: for every pair of leaves (a, b), the smallest cost of an order of their lowest
/// common ancestor that begins with a and ends with b. points²/2 numbers, however the tree looks.
class LeafCosts {
public:
  /// roomNumbers: of working memory; a merge that needs more is made in parts.
  LeafCosts(const Linkage& linkage, const FillDistances& distances, const Job& job,
            size_t roomNumbers = size_t{1} << 22);

  const LeafLayout& layout() const { return layout_; }
  size_t points() const { return layout_.leaves.size(); }

  /// The costs of all pairs that a merge brings together; merges in order, each once. Reports progress.
  void solve(size_t merge);

  /// Cost between two positions that a solved merge brought together, in either order; 0 for one leaf alone.
  double cost(size_t i, size_t j) const { return i == j ? 0 : *cell(std::min(i, j), std::max(i, j)); }

  /// The best ends of a merge taken by itself: a position in its first child and one in its second.
  std::pair<size_t, size_t> bestEnds(size_t merge) const;

  /// The neighbours in the middle of the best order of a merge that begins with `a`, in its first child, and ends with
  /// `b`, in its second.
  std::pair<size_t, size_t> seam(size_t merge, size_t a, size_t b) const;

private:
  using Node = LeafLayout::Node;

  const Node& firstChild(size_t merge) const { return layout_.nodes[layout_.children[merge].first]; }
  const Node& secondChild(size_t merge) const { return layout_.nodes[layout_.children[merge].second]; }
  /// Where the cost of positions i < j is kept: the upper triangle, row by row.
  const double* cell(size_t i, size_t j) const { return costs_.data() + cellIndex(i, j); }
  double* cell(size_t i, size_t j) { return costs_.data() + cellIndex(i, j); }
  size_t cellIndex(size_t i, size_t j) const { return i * (2 * points() - i - 3) / 2 + j - 1; }
  double workOf(size_t merge) const;
  void forTiles(size_t merge, size_t count, const std::function<void(size_t)>& body) const;
  void fillDistances(size_t position, LeafRange others, double* out) const;
  /// Where the numbers of a position are.
  using RowOf = std::function<double*(size_t position)>;
  void joinFirst(size_t merge, const RowOf& joined);
  void joinFirstTile(const Node& a, std::span<const double* const> distanceRows, size_t width,
                     const RowOf& joined) const;
  void joinSecond(size_t merge, LeafRange rows);

  const FillDistances& distances_;
  const Job& job_;
  size_t roomNumbers_;
  LeafLayout layout_;
  LargeArray<double> costs_;
  WorkingMemory distancesBetween_, joined_; ///< of a merge
  double totalWork_ = 0, doneWork_ = 0;
};

} // namespace dant
