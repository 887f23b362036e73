#include "core/clustering/leaf_costs.h"
#include "core/simd/kernels.h"

#include <functional>
#include <limits>

// A merge of A = (A1, A2) and B = (B1, B2): with a in A1 and b in B1, say, its order is a … m k … b with m in A2 and k
// in B2, so that
//   cost(a, b) = min over m, k of cost(a, m) + d(m, k) + cost(k, b),
// in two min-plus products: T(a, k), the minimum over m, and then the minimum over k. A child that is a leaf is its own
// m or k, at no cost.
namespace dant {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
/// Columns, and rows, that are worked on together: the inner loops stay in the cache.
constexpr size_t tileWidth = 256, groupRows = 16;
/// Additions below which a merge is not worth more than one thread.
constexpr double parallelWork = 1e6;

size_t tilesOf(size_t size, size_t tile) { return (size + tile - 1) / tile; }

/// The index-th tile of a range.
LeafRange tileOf(LeafRange range, size_t index, size_t tile) {
  const size_t start = range.start + index * tile;
  return {start, std::min(range.end, start + tile)};
}

} // namespace

LeafLayout::LeafLayout(const Linkage& linkage)
    : nodes(pointCount(linkage) + linkage.size()), children(linkage.size()), leaves(pointCount(linkage)) {
  const size_t points = leaves.size();
  const auto sizeOf = [&](size_t node) {
    return node < points ? size_t{1} : static_cast<size_t>(linkage[node - points].size);
  };
  for (size_t merge = linkage.size(); merge-- > 0;) {
    auto first = static_cast<size_t>(linkage[merge].left), second = static_cast<size_t>(linkage[merge].right);
    if (sizeOf(second) < sizeOf(first)) std::swap(first, second);
    children[merge] = {first, second};
    Node& node = nodes[points + merge];
    node.middle = node.start + sizeOf(first);
    node.end = node.middle + sizeOf(second);
    nodes[first].start = node.start;
    nodes[second].start = node.middle;
  }
  for (size_t leaf = 0; leaf < points; ++leaf) {
    Node& node = nodes[leaf];
    node.middle = node.end = node.start + 1;
    leaves[node.start] = static_cast<int32_t>(leaf);
  }
}

LeafCosts::LeafCosts(const Linkage& linkage, const FillDistances& distances, const Job& job)
    : distances_(distances), job_(job), layout_(linkage),
      // Left uninitialised: every cell is written before it is read.
      costs_(new double[points() * (points() - 1) / 2]) {
  for (size_t merge = 0; merge < linkage.size(); ++merge) totalWork_ += workOf(merge);
}

/// Additions that a merge takes, and one per pair for its distances.
double LeafCosts::workOf(size_t merge) const {
  const auto halves = [](const Node& node) {
    return node.isLeaf() ? 0 : 2 * static_cast<double>(node.first().size()) * static_cast<double>(node.second().size());
  };
  const Node &a = firstChild(merge), &b = secondChild(merge);
  const auto rows = static_cast<double>(a.end - a.start), columns = static_cast<double>(b.end - b.start);
  return halves(a) * columns + rows * halves(b) + rows * columns;
}

void LeafCosts::forTiles(size_t merge, size_t count, const std::function<void(size_t)>& body) const {
  if (workOf(merge) > parallelWork) {
    parallelFor(job_, count, body);
  } else {
    for (size_t tile = 0; tile < count; ++tile) body(tile);
  }
}

void LeafCosts::fillDistances(size_t position, LeafRange others, double* out) const {
  distances_(static_cast<size_t>(layout_.leaves[position]),
             std::span(layout_.leaves).subspan(others.start, others.size()), out);
}

void LeafCosts::solve(size_t merge) {
  job_.throwIfAborted();
  const Node &a = firstChild(merge), &b = secondChild(merge);
  const LeafRange rows{a.start, a.end}, columns{b.start, b.end};
  forTiles(merge, tilesOf(columns.size(), tileWidth),
           [&](size_t tile) { joinFirst(a, tileOf(columns, tile, tileWidth)); });
  if (!b.isLeaf()) {
    for (size_t group = 0; group < tilesOf(rows.size(), groupRows); ++group) {
      joinSecond(merge, tileOf(rows, group, groupRows));
    }
  }
  doneWork_ += workOf(merge);
  job_.report(doneWork_ / totalWork_);
}

/// T(a, k) for all a of the first child and some k of the second, into the cells of cost(a, k).
void LeafCosts::joinFirst(const Node& a, LeafRange columns) const {
  const size_t width = columns.size();
  if (a.isLeaf()) {
    fillDistances(a.start, columns, cell(a.start, columns.start));
    return;
  }
  std::vector<double> distances((a.end - a.start) * width);
  std::vector<const double*> distanceRows;
  for (size_t m = a.start; m < a.end; ++m) {
    double* row = distances.data() + (m - a.start) * width;
    fillDistances(m, columns, row);
    distanceRows.push_back(row);
  }
  std::vector<double> costs;
  for (size_t row = a.start; row < a.end; ++row) {
    const LeafRange ms = a.otherEnds(row);
    costs.clear();
    for (size_t m = ms.start; m < ms.end; ++m) costs.push_back(cost(row, m));
    double* out = cell(row, columns.start);
    std::fill_n(out, width, infinity);
    kernels().lowerRows(ms.size(), costs.data(), distanceRows.data() + (ms.start - a.start), width, out);
  }
}

/// cost(a, b) for some a of the first child and all b of the second, from T(a, k) in the same cells.
void LeafCosts::joinSecond(size_t merge, LeafRange rows) const {
  const Node& b = secondChild(merge);
  const LeafRange first = b.first(), second = b.second();
  const size_t columns = b.end - b.start;
  std::vector<double> joined(rows.size() * columns);
  const auto joinedRow = [&](size_t row) { return joined.data() + (row - rows.start) * columns; };
  for (size_t row = rows.start; row < rows.end; ++row) std::copy_n(cell(row, b.start), columns, joinedRow(row));

  const auto toSecond = [&](LeafRange targets) {
    for (size_t row = rows.start; row < rows.end; ++row) {
      std::fill_n(cell(row, targets.start), targets.size(), infinity);
    }
    std::vector<const double*> costRows;
    for (size_t part = 0; part < tilesOf(first.size(), tileWidth); ++part) {
      const LeafRange ks = tileOf(first, part, tileWidth);
      costRows.clear();
      for (size_t k = ks.start; k < ks.end; ++k) costRows.push_back(cell(k, targets.start));
      for (size_t row = rows.start; row < rows.end; ++row) {
        kernels().lowerRows(ks.size(), joinedRow(row) + (ks.start - b.start), costRows.data(), targets.size(),
                            cell(row, targets.start));
      }
    }
  };
  const auto toFirst = [&](LeafRange targets) {
    for (size_t target = targets.start; target < targets.end; ++target) {
      for (size_t row = rows.start; row < rows.end; ++row) {
        const double* before = joinedRow(row) + first.size();
        *cell(row, target) = kernels().smallestSum(before, cell(target, second.start), second.size());
      }
    }
  };
  const size_t secondTiles = tilesOf(second.size(), tileWidth);
  forTiles(merge, secondTiles + tilesOf(first.size(), groupRows), [&](size_t tile) {
    if (tile < secondTiles) toSecond(tileOf(second, tile, tileWidth));
    else toFirst(tileOf(first, tile - secondTiles, groupRows));
  });
}

std::pair<size_t, size_t> LeafCosts::bestEnds(size_t merge) const {
  const Node &a = firstChild(merge), &b = secondChild(merge);
  std::pair best{a.start, b.start};
  double least = infinity;
  for (size_t row = a.start; row < a.end; ++row) {
    job_.throwIfAborted();
    const double* costs = cell(row, b.start);
    const double* found = std::min_element(costs, costs + (b.end - b.start));
    if (*found < least) {
      least = *found;
      best = {row, b.start + static_cast<size_t>(found - costs)};
    }
  }
  return best;
}

std::pair<size_t, size_t> LeafCosts::seam(size_t merge, size_t a, size_t b) const {
  const LeafRange ms = firstChild(merge).otherEnds(a), ks = secondChild(merge).otherEnds(b);
  std::vector<double> distances(ks.size());
  std::pair best{ms.start, ks.start};
  double least = infinity;
  for (size_t m = ms.start; m < ms.end; ++m) {
    job_.throwIfAborted();
    fillDistances(m, ks, distances.data());
    const double before = cost(a, m);
    for (size_t k = ks.start; k < ks.end; ++k) {
      const double sum = before + distances[k - ks.start] + cost(k, b);
      if (sum < least) {
        least = sum;
        best = {m, k};
      }
    }
  }
  return best;
}

} // namespace dant
