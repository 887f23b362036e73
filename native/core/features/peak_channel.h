#pragma once
#include <span>

namespace dant {

/// Largest minus smallest sample of each channel of one unit's waveform (C, T); NaN where a sample is not finite.
template <class Sample>
void peakToTrough(std::span<const Sample> waveform, size_t samples, std::span<double> amplitudes);

/// The first channel with the largest peak-to-trough amplitude. Throws InputError when one is not finite.
size_t peakChannel(std::span<const double> amplitudes, size_t unit);

} // namespace dant
