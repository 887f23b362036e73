#include "core/report/pair_values.h"

#include "core/job/job.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace dant {

namespace {

void check(const IndexedPairs& index, size_t begins, size_t pairs) {
  if (begins == 0 || index.begins.size() != begins || index.order.size() != pairs || index.pairs.size() != 2 * pairs ||
      pairs > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    throw InputError("The pairs and their index are of different lengths.");
  }
}

} // namespace

void indexPairs(const IndexedPairs& index) {
  const auto begins = index.begins;
  const auto order = index.order;
  check(index, begins.size(), order.size());
  const size_t units = begins.size() - 1;
  // A negative number is too large a unit.
  const auto firstOf = [&index](size_t p) { return static_cast<size_t>(index.pairs[2 * p]); };
  std::fill(begins.begin(), begins.end(), 0);
  for (size_t p = 0; p < order.size(); ++p) {
    if (firstOf(p) < units) ++begins[firstOf(p) + 1];
  }
  for (size_t unit = 0; unit < units; ++unit) {
    begins[unit + 1] += begins[unit];
  }
  // Each begin moves to its end, which is the next one's begin.
  for (size_t p = 0; p < order.size(); ++p) {
    if (firstOf(p) < units) order[static_cast<size_t>(begins[firstOf(p)]++)] = static_cast<int32_t>(p);
  }
  std::copy_backward(begins.begin(), begins.end() - 1, begins.end());
  begins[0] = 0;
}

void takePairs(const BlockOfRows& block, const IndexedPairs& index, std::span<float> values) {
  const auto& [pairs, begins, order] = index;
  check(index, block.units() + 1, values.size());
  for (size_t unit = block.first(); unit < block.end(); ++unit) {
    const auto [begin, end] = std::pair(static_cast<size_t>(begins[unit]), static_cast<size_t>(begins[unit + 1]));
    if (begin > end || end > order.size()) throw InputError("The index of the pairs is damaged.");
    const auto row = block.row(unit);
    for (const int32_t pair : order.subspan(begin, end - begin)) {
      const auto p = static_cast<size_t>(pair);
      if (p >= values.size()) throw InputError("The index of the pairs is damaged.");
      const auto other = static_cast<size_t>(pairs[2 * p + 1]);
      values[p] = other < row.size() ? static_cast<float>(row[other]) : std::numeric_limits<float>::quiet_NaN();
    }
  }
}

} // namespace dant
