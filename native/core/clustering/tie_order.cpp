#include "core/clustering/tie_order.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

namespace dant {

namespace {

/// Ranges of up to this many elements are left to insertion.
constexpr std::ptrdiff_t smallRange = 16;

bool shorter(const Edge& x, const Edge& y) { return x.distance < y.distance; }

struct Range {
  Edge *first, *last; ///< last included
  int depth;          ///< partitions that may follow
  std::ptrdiff_t size() const { return last - first + 1; }
};

/// Hoare's partition around the median of the first, the middle and the last element; returns where the median ends up.
Edge* partition(const Range& range) {
  Edge* middle = range.first + (range.last - range.first) / 2;
  if (shorter(*middle, *range.first)) std::swap(*middle, *range.first);
  if (shorter(*range.last, *middle)) std::swap(*range.last, *middle);
  if (shorter(*middle, *range.first)) std::swap(*middle, *range.first);
  const Edge median = *middle;
  Edge* const kept = range.last - 1;
  std::swap(*middle, *kept);
  Edge *low = range.first, *high = kept;
  for (;;) {
    do ++low;
    while (shorter(*low, median));
    do --high;
    while (shorter(median, *high));
    if (low >= high) break;
    std::swap(*low, *high);
  }
  std::swap(*low, *kept);
  return low;
}

} // namespace

void sortLikeReference(std::vector<Edge>& edges) {
  if (edges.empty()) return;
  std::vector<Range> open{{&edges.front(), &edges.back(), 2 * (static_cast<int>(std::bit_width(edges.size())) - 1)}};
  while (!open.empty()) {
    Range range = open.back();
    open.pop_back();
    while (range.size() > smallRange && range.depth >= 0) {
      Edge* const split = partition(range);
      --range.depth;
      const Range below{range.first, split - 1, range.depth}, above{split + 1, range.last, range.depth};
      // The larger part waits.
      const bool belowFirst = below.size() < above.size();
      open.push_back(belowFirst ? above : below);
      range = belowFirst ? below : above;
    }
    // What is small, or too unbalanced for quicksort, keeps the order of equals.
    std::stable_sort(range.first, range.last + 1, shorter);
  }
}

} // namespace dant
