#pragma once
#include "core/job/job.h"

#include <span>

namespace dant {

/// Shifts each unit's waveform (N, C, T), all channels alike, so that the first minimum of its peak channel lands on
/// sample ceil(T/2) − 1. Samples that become vacant repeat the channel's edge sample.
template <class Sample> void centreWaveforms(const Job& job, std::span<const Sample> waveforms, size_t channels,
                                             size_t samples, std::span<Sample> out);

} // namespace dant
