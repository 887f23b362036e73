#pragma once
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace dant {

/// Spike times of units, one after the other, and the events around which they are looked at; all in ms.
struct AlignedTrains {
  std::span<const double> times;    ///< ascending in each unit
  std::span<const int32_t> offsets; ///< (units + 1) unit u has times[offsets[u]] … times[offsets[u + 1] − 1]
  std::span<const double> events;   ///< (trials)

  size_t units() const { return offsets.size() - 1; }
};

struct RateWindow {
  size_t durationMs; ///< the event is in the middle
  size_t marginMs;   ///< on each side: smoothed with the rest, then cut off
  double sigmaMs;    ///< of the Gaussian; 0: none
};

/// Firing rates in spikes per second around events, (units, trials, durationMs). In bins of 1 ms a spike counts once;
/// they are smoothed as by scipy.ndimage.gaussian_filter1d (truncate 4, reflected at the ends of the window with its
/// margins). A spike at the event is in bin durationMs / 2.
void alignedRates(const Job& job, const AlignedTrains& trains, const RateWindow& window, std::span<float> rates);

} // namespace dant
