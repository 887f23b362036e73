#pragma once
#include "core/job/job.h"

#include <span>

namespace dant {

/// Signals of another number of samples by way of their Fourier transform, as scipy.signal.resample makes them: they
/// are taken for periodic.
/// @param signals (signals, length)
/// @param resampled (signals, newLength)
void fourierResample(const Job& job, std::span<const double> signals, size_t length, std::span<double> resampled,
                     size_t newLength);

} // namespace dant
