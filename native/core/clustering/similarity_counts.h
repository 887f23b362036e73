#pragma once
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// How similar pairs of units are: how many have a similarity in [start + k·binWidth, start + (k + 1)·binWidth). No
/// bins without pairs at either end. What lies beyond ±500 counts in the last bin on its side.
struct SimilarityCounts {
  double start = 0;
  double binWidth = 0;
  std::vector<double> matched, unmatched; ///< of the same length
};

/// Of pairs with the similarities Σ_f weights[f]·rows[pair·features + f], where each z lies within ±largestFisherZ;
/// matched (pairs): not 0 for those that are.
SimilarityCounts countSimilarities(const Job& job, std::span<const float> rows, std::span<const double> weights,
                                   std::span<const uint8_t> matched);

} // namespace dant
