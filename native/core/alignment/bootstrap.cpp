#include "core/alignment/bootstrap.h"

#include "core/motion/quantile.h"
#include "core/motion/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace dant {

namespace {

/// The median of the values whose ranks were drawn.
double medianOfDrawn(std::span<const double> sorted, std::span<uint32_t> ranks) {
  const auto middle = ranks.begin() + static_cast<std::ptrdiff_t>(ranks.size() / 2);
  std::nth_element(ranks.begin(), middle, ranks.end());
  const double upper = sorted[*middle];
  if (ranks.size() % 2 == 1) return upper;
  return (sorted[*std::max_element(ranks.begin(), middle)] + upper) / 2;
}

} // namespace

void bootstrapMedians(const Job& job, std::span<const double> values, size_t length, const BootstrapParams& params,
                      std::span<const double> percents, std::span<double> percentiles) {
  const size_t rows = length == 0 ? 0 : values.size() / length;
  parallelFor(
      job, rows,
      [&](size_t row) {
        const auto own = values.subspan(row * length, length);
        const auto out = percentiles.subspan(row * percents.size(), percents.size());
        std::vector<double> sorted;
        for (const double value : own) {
          if (!std::isnan(value)) sorted.push_back(value);
        }
        if (sorted.empty()) {
          std::fill(out.begin(), out.end(), std::numeric_limits<double>::quiet_NaN());
          return;
        }
        std::sort(sorted.begin(), sorted.end());
        SplitMix64 random(params.seed, row);
        std::vector<uint32_t> ranks(params.sampleSize);
        std::vector<double> medians(params.samples);
        for (size_t sample = 0; sample < params.samples; ++sample) {
          if (sample % 1024 == 0) job.throwIfAborted();
          for (uint32_t& rank : ranks) rank = static_cast<uint32_t>(random.below(sorted.size()));
          medians[sample] = medianOfDrawn(sorted, ranks);
        }
        std::sort(medians.begin(), medians.end());
        for (size_t p = 0; p < percents.size(); ++p) out[p] = quantileOf(medians, percents[p] / 100);
      },
      true);
}

} // namespace dant
