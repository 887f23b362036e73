#pragma once
#include "core/report/block_of_rows.h"

#include <cstdint>
#include <span>

namespace dant {

/// Counts of values in bins of `binWidth` from `start` on; what lies outside is counted in the first or last bin, NaN
/// nowhere.
struct PairHistogram {
  double start;
  double binWidth;
  std::span<double> all;     ///< (bins) pairs of different units of the same part
  std::span<double> matched; ///< (bins) those of the same cluster
};

/// Adds the pairs of a unit of the block and a later one.
/// @param partOf (units) part of the probe of each unit
/// @param clusters (units) from 1; below: in no cluster
/// Throws InputError if lengths do not fit, or there is no bin.
void countPairs(const BlockOfRows& block, std::span<const int32_t> partOf, std::span<const int32_t> clusters,
                const PairHistogram& histogram);

} // namespace dant
