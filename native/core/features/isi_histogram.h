#pragma once
#include "core/features/spike_train.h"
#include "core/job/job.h"

#include <span>

namespace dant {

/// Number of bins with the edges 0, b, 2b, … below the window, and the window as the last one.
size_t isiBins(double windowMs, double binWidthMs);

/// Histogram of the intervals between successive spikes of each unit, (N, isiBins): bins half-open, the last one
/// closed; divided by the number of intervals in range, then smoothed with a Gaussian. All NaN for a unit without one.
void isiHistograms(const Job& job, const SpikeTrains& trains, double windowMs, double binWidthMs, double sigmaMs,
                   std::span<double> out);

} // namespace dant
