#pragma once
#include "core/report/block_of_rows.h"

#include <cstdint>
#include <span>

namespace dant {

/// A list of pairs of units, and an index of it by their first units.
struct IndexedPairs {
  std::span<const int32_t> pairs; ///< (P, 2)
  std::span<int32_t> begins;      ///< (units + 1) where the pairs of each first unit begin in `order`
  std::span<int32_t> order;       ///< (P) pairs by their first unit, then as they stand in the list
};

/// Fills `begins` and `order`; pairs whose first unit does not exist are left out. Throws InputError if lengths do not
/// fit.
void indexPairs(const IndexedPairs& index);

/// values[p] (P) = the matrix's value of pair p, of all pairs whose first units are in the block. NaN: the second unit
/// does not exist. Throws InputError if lengths do not fit or the index is not one of `indexPairs`.
void takePairs(const BlockOfRows& block, const IndexedPairs& index, std::span<float> values);

} // namespace dant
