#pragma once
#include "core/job/job.h"

#include <cstdint>
#include <span>

namespace dant {

struct BootstrapParams {
  size_t sampleSize; ///< values drawn with replacement
  size_t samples;    ///< how often
  uint64_t seed;
};

/// Percentiles of the medians of random samples of each row of `values` (rows, length), interpolated linearly; NaN
/// values are left out, a row without any has NaN. Each row has a stream of random numbers of its own.
/// @param percents 0 … 100
/// @param percentiles (rows, percents)
void bootstrapMedians(const Job& job, std::span<const double> values, size_t length, const BootstrapParams& params,
                      std::span<const double> percents, std::span<double> percentiles);

} // namespace dant
