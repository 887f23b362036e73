#pragma once
#include "core/features/spike_train.h"
#include "core/job/job.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Right-hand bins of a correlogram, 0 included: floor(window / bin width) + 1.
size_t correlogramBins(double windowMs, double binWidthMs);

/// Autocorrelogram of each unit as a feature, (N, 2n − 1) with n = correlogramBins, lags −(n − 1)b … (n − 1)b:
/// pairs of spikes counted in bin round-half-to-even(lag / b), the halves on both sides of lag 0 smoothed each with a
/// Gaussian, the whole divided by its maximum. All NaN for a unit without a pair of spikes in the window.
void autoCorrelograms(const Job& job, const SpikeTrains& trains, double windowMs, double binWidthMs, double sigmaMs,
                      std::span<double> out);

/// Number of pairs of a spike of `aMs` and one of `bMs` (any order) by their lag t_b − t_a, in the same 2n − 1 bins.
std::vector<double> crossCorrelogram(const Job& job, std::span<const double> aMs, std::span<const double> bMs,
                                     double windowMs, double binWidthMs);

} // namespace dant
