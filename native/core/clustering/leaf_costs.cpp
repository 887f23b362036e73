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
/// Columns, rows, targets and numbers of a row that are worked on together: the inner loops stay in the cache.
constexpr size_t tileWidth = 256, groupRows = 64, groupTargets = 16, partLength = 1024;
/// Additions below which a merge is not worth more than one thread.
constexpr double parallelWork = 1e6;

size_t tilesOf(size_t size, size_t tile) { return (size + tile - 1) / tile; }

/// The index-th tile of a range.
LeafRange tileOf(LeafRange range, size_t index, size_t tile) {
  const size_t start = range.start + index * tile;
  return {start, std::min(range.end, start + tile)};
}

/// In several minima of which none waits for another.
double smallestOf(std::span<const double> values) {
  constexpr size_t lanes = 8;
  double least[lanes];
  std::fill_n(least, lanes, infinity);
  size_t k = 0;
  for (; k + lanes <= values.size(); k += lanes)
    for (size_t lane = 0; lane < lanes; ++lane) least[lane] = std::min(least[lane], values[k + lane]);
  for (; k < values.size(); ++k) least[0] = std::min(least[0], values[k]);
  return *std::min_element(least, least + lanes);
}

/// Some costs that many rows are lowered by. They lie far apart in memory, and here in strips of columns, each of which
/// is read from its beginning to its end.
class CostTile {
public:
  void take(std::span<const double* const> rows, size_t width) {
    count_ = rows.size();
    width_ = width;
    values_ = memory_.of(tilesOf(width, strip) * count_ * strip);
    for (size_t at = 0, s = 0; at < width; at += strip, ++s)
      for (size_t p = 0; p < count_; ++p) std::copy_n(rows[p] + at, std::min(strip, width - at), row(s, p));
  }

  /// As Kernels::minPlusUpdate
  void lower(std::span<const double* const> scalars, std::span<double* const> out) {
    std::vector<const double*> rows(count_);
    std::vector<double*> to(out.size());
    for (size_t at = 0, s = 0; at < width_; at += strip, ++s) {
      for (size_t p = 0; p < count_; ++p) rows[p] = row(s, p);
      for (size_t r = 0; r < out.size(); ++r) to[r] = out[r] + at;
      kernels().minPlusUpdate(out.size(), count_, scalars.data(), rows.data(), std::min(strip, width_ - at), to.data());
    }
  }

private:
  static constexpr size_t strip = 32;
  double* row(size_t s, size_t p) { return values_ + (s * count_ + p) * strip; }

  size_t count_ = 0, width_ = 0;
  WorkingMemory memory_;
  double* values_ = nullptr; ///< (strip, row, column)
};

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

LeafCosts::LeafCosts(const Linkage& linkage, const FillDistances& distances, const Job& job, size_t roomNumbers)
    : distances_(distances), job_(job), roomNumbers_(roomNumbers), layout_(linkage),
      // Left uninitialised: every cell is written before it is read.
      costs_(points() * (points() - 1) / 2) {
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
  if (b.isLeaf()) { // so is a, the smaller one
    fillDistances(a.start, columns, cell(a.start, b.start));
  } else {
    const size_t together = std::max(groupRows, roomNumbers_ / columns.size());
    const size_t parts = tilesOf(rows.size(), together);
    // Where `joined_` has no room for all rows, they wait where their costs will be: so each distance is asked for
    // once.
    double* joined = joined_.of(std::min(rows.size(), together) * columns.size());
    const auto place = [&](size_t row) {
      return parts == 1 ? joined + (row - rows.start) * columns.size() : cell(row, columns.start);
    };
    joinFirst(merge, place);
    for (size_t part = 0; part < parts; ++part) {
      const LeafRange some = tileOf(rows, part, together);
      if (parts > 1) {
        forTiles(merge, some.size(),
                 [&](size_t i) { std::copy_n(place(some.start + i), columns.size(), joined + i * columns.size()); });
      }
      joinSecond(merge, some);
    }
  }
  doneWork_ += workOf(merge);
  job_.report(doneWork_ / totalWork_);
}

/// T(a, k) for all a of the first child and k of the second, into `joined` of each a.
void LeafCosts::joinFirst(size_t merge, const RowOf& joined) {
  const Node &a = firstChild(merge), &b = secondChild(merge);
  const LeafRange all{b.start, b.end};
  if (a.isLeaf()) return fillDistances(a.start, all, joined(a.start));
  const size_t leaves = a.end - a.start, together = std::max(tileWidth, roomNumbers_ / leaves);
  for (size_t part = 0; part < tilesOf(all.size(), together); ++part) {
    const LeafRange columns = tileOf(all, part, together);
    // Row by row, as the distances of a leaf lie side by side in memory.
    double* between = distancesBetween_.of(leaves * columns.size());
    const auto distances = [&](size_t m) { return between + m * columns.size(); };
    forTiles(merge, leaves, [&](size_t m) { fillDistances(a.start + m, columns, distances(m)); });
    forTiles(merge, tilesOf(columns.size(), tileWidth), [&](size_t tile) {
      const LeafRange ks = tileOf(columns, tile, tileWidth);
      std::vector<const double*> distanceRows;
      for (size_t m = 0; m < leaves; ++m) distanceRows.push_back(distances(m) + (ks.start - columns.start));
      joinFirstTile(a, distanceRows, ks.size(), [&](size_t row) { return joined(row) + (ks.start - all.start); });
    });
  }
}

/// The same for some columns, from their distances to every leaf of the first child.
void LeafCosts::joinFirstTile(const Node& a, std::span<const double* const> distanceRows, size_t width,
                              const RowOf& joined) const {
  std::vector<double> costs;
  std::vector<const double*> costRows;
  std::vector<double*> outRows;
  // Rows of the same half have the same other ends.
  for (const LeafRange half : {a.first(), a.second()}) {
    const LeafRange ms = a.otherEnds(half.start);
    for (size_t group = 0; group < tilesOf(half.size(), groupRows); ++group) {
      const LeafRange some = tileOf(half, group, groupRows);
      costs.clear();
      outRows.clear();
      for (size_t row = some.start; row < some.end; ++row) {
        for (size_t m = ms.start; m < ms.end; ++m) costs.push_back(cost(row, m));
        outRows.push_back(joined(row));
        std::fill_n(outRows.back(), width, infinity);
      }
      costRows.clear();
      for (size_t row = 0; row < some.size(); ++row) costRows.push_back(costs.data() + row * ms.size());
      kernels().minPlusUpdate(some.size(), ms.size(), costRows.data(), distanceRows.data() + (ms.start - a.start),
                              width, outRows.data());
    }
  }
}

/// cost(a, b) for some a of the first child and all b of the second, from T(a, k) in `joined_`.
void LeafCosts::joinSecond(size_t merge, LeafRange rows) {
  const Node& b = secondChild(merge);
  const LeafRange first = b.first(), second = b.second();
  const size_t columns = b.end - b.start;
  const double* from = joined_.of(rows.size() * columns);
  const auto joined = [&](size_t row, size_t k) { return from + (row - rows.start) * columns + (k - b.start); };
  const auto toSecond = [&](LeafRange some, LeafRange targets) {
    std::vector<double*> out;
    for (size_t row = some.start; row < some.end; ++row) {
      out.push_back(cell(row, targets.start));
      std::fill_n(out.back(), targets.size(), infinity);
    }
    CostTile tile;
    std::vector<const double*> joinedRows;
    for (size_t part = 0; part < tilesOf(first.size(), tileWidth); ++part) {
      const LeafRange ks = tileOf(first, part, tileWidth);
      joinedRows.clear();
      for (size_t row = some.start; row < some.end; ++row) joinedRows.push_back(joined(row, ks.start));
      std::vector<const double*> costRows;
      for (size_t k = ks.start; k < ks.end; ++k) costRows.push_back(cell(k, targets.start));
      if (some.size() < groupRows / 2) {
        kernels().minPlusUpdate(some.size(), ks.size(), joinedRows.data(), costRows.data(), targets.size(), out.data());
      } else {
        tile.take(costRows, targets.size());
        tile.lower(joinedRows, out);
      }
    }
  };
  const auto toFirst = [&](LeafRange some, LeafRange targets) {
    std::vector<double> smallest(some.size() * targets.size(), infinity), ofPart(smallest.size());
    std::vector<const double*> before(some.size()), after(targets.size());
    for (size_t part = 0; part < tilesOf(second.size(), partLength); ++part) {
      const LeafRange ks = tileOf(second, part, partLength);
      for (size_t i = 0; i < some.size(); ++i) before[i] = joined(some.start + i, ks.start);
      for (size_t i = 0; i < targets.size(); ++i) after[i] = cell(targets.start + i, ks.start);
      kernels().minPlusProduct(before.size(), before.data(), after.size(), after.data(), ks.size(), ofPart.data());
      for (size_t i = 0; i < smallest.size(); ++i) smallest[i] = std::min(smallest[i], ofPart[i]);
    }
    for (size_t i = 0; i < some.size(); ++i)
      std::copy_n(smallest.data() + i * targets.size(), targets.size(), cell(some.start + i, targets.start));
  };
  const size_t secondTiles = tilesOf(second.size(), tileWidth);
  const size_t tiles = secondTiles + tilesOf(first.size(), groupTargets);
  forTiles(merge, tilesOf(rows.size(), groupRows) * tiles, [&](size_t task) {
    const LeafRange some = tileOf(rows, task / tiles, groupRows);
    const size_t tile = task % tiles;
    if (tile < secondTiles) toSecond(some, tileOf(second, tile, tileWidth));
    else toFirst(some, tileOf(first, tile - secondTiles, groupTargets));
  });
}

std::pair<size_t, size_t> LeafCosts::bestEnds(size_t merge) const {
  const Node &a = firstChild(merge), &b = secondChild(merge);
  struct Best {
    double least = infinity;
    size_t row = 0;
  };
  const LeafRange rows{a.start, a.end};
  const size_t columns = b.end - b.start;
  std::vector<Best> bestOf(tilesOf(rows.size(), groupRows));
  forTiles(merge, bestOf.size(), [&](size_t tile) {
    const LeafRange some = tileOf(rows, tile, groupRows);
    for (size_t row = some.start; row < some.end; ++row) {
      const double least = smallestOf({cell(row, b.start), columns});
      if (least < bestOf[tile].least) bestOf[tile] = {least, row};
    }
  });
  Best best{infinity, a.start};
  for (const Best& other : bestOf)
    if (other.least < best.least) best = other;
  const double* costs = cell(best.row, b.start);
  return {best.row, b.start + static_cast<size_t>(std::find(costs, costs + columns, best.least) - costs)};
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
