#pragma once
#include "core/correction/waveforms.h"

#include <span>
#include <vector>

namespace dant {

/// Depths, relative to the unit's own, at which aligned waveforms are interpolated: −100 … 100 µm in steps of 20.
inline constexpr double alignedReachUm = 100, alignedStepUm = 20;
inline constexpr size_t alignedDepthCount = 1 + static_cast<size_t>(2 * alignedReachUm / alignedStepUm);

/// Columns of an aligned waveform: the distinct x of the channels, or 8 equally spaced ones where there are more.
std::vector<double> alignedColumns(std::span<const double> locationsUm);

/// Number of values of an aligned waveform: depths × columns × temporal components, min(5, samples).
size_t alignedLength(std::span<const double> locationsUm, size_t samples);

/// Each unit's waveform in the unit's own coordinates, which does not depend on where the probe stands: interpolated by
/// kriging onto the probe's columns at fixed depths relative to the unit's, and projected onto the leading principal
/// components (not centred) of the waveforms at the peak channels, which leaves most of the noise behind.
/// depthsUm (n), peakChannels (n) of the picked units; aligned (n, alignedLength).
void alignWaveforms(const Job& job, const Waveforms& waveforms, std::span<const double> locationsUm,
                    std::span<const double> depthsUm, std::span<const int32_t> peakChannels, std::span<double> aligned);

} // namespace dant
