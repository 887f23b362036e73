#pragma once
#include "core/job/job.h"
#include "core/resample/taps.h"

#include <cstdint>
#include <span>

namespace dant {

/// Consecutive rows of a signal.
template <class Sample> struct SignalRows {
  std::span<const Sample> samples; ///< (rows, columns)
  size_t columns;
  size_t first; ///< of the signal
  size_t total; ///< rows of the signal

  size_t rows() const { return samples.size() / columns; }
};

/// What is resampled of a signal.
struct ResampledColumns {
  std::span<const int32_t> columns;
  std::span<const double> minima; ///< of each; beyond its ends the signal has this value
  std::span<const double> scales; ///< that the results are multiplied by
};

/// Outputs `first` and following of a signal at another rate, (outputs, columns) in `resampled`: those of
/// scipy.signal.resample_poly with padtype = "minimum". Output 0 stands where input 0 does. Throws InputError unless
/// `rows` holds every row of the signal that they need.
template <class Sample, class Value> void polyphase(const Job& job, const SignalRows<Sample>& rows,
                                                    const ResampledColumns& columns, RateRatio ratio, size_t first,
                                                    std::span<Value> resampled);

/// The lowest value of each of some columns, or what `minima` holds if that is lower.
template <class Sample> void columnMinima(const Job& job, std::span<const Sample> samples, size_t columns,
                                          std::span<const int32_t> wanted, std::span<double> minima);

} // namespace dant
