#include "core/features/isi_histogram.h"

#include "core/features/gaussian.h"

#include <cmath>
#include <vector>

namespace dant {

size_t isiBins(double windowMs, double binWidthMs) {
  auto bins = static_cast<size_t>(windowMs / binWidthMs) + 1;
  // The quotient's rounding must not make an edge at the window or beyond it.
  while (static_cast<double>(bins - 1) * binWidthMs >= windowMs) --bins;
  return bins;
}

void isiHistograms(const Job& job, const SpikeTrains& trains, double windowMs, double binWidthMs, double sigmaMs,
                   std::span<double> out) {
  const size_t bins = isiBins(windowMs, binWidthMs);
  const auto weights = gaussianWeights(sigmaMs / binWidthMs);
  const auto binOf = [&](double interval) {
    auto bin = std::min(static_cast<size_t>(interval / binWidthMs), bins - 1);
    // The edges are the rounded products k·b, which the rounded quotient can miss by one.
    if (interval < static_cast<double>(bin) * binWidthMs) --bin;
    else if (bin + 1 < bins && interval >= static_cast<double>(bin + 1) * binWidthMs) ++bin;
    return bin;
  };
  parallelFor(
      job, trains.units(),
      [&](size_t unit) {
        const auto times = trains.sortedFromZero(job, unit);
        std::vector<double> histogram(bins);
        double total = 0;
        for (size_t i = 1; i < times.size(); ++i) {
          if (i % pollEvery == 0) job.throwIfAborted();
          const double interval = times[i] - times[i - 1];
          if (interval <= windowMs) {
            ++histogram[binOf(interval)];
            ++total;
          }
        }
        for (double& count : histogram) count /= total;
        smooth(job, histogram, weights, 0, bins, out.data() + unit * bins);
      },
      true);
}

} // namespace dant
