#pragma once
#include "core/job/job.h"

#include <cstdint>
#include <span>

namespace dant {

enum class LocationAlgorithm { centerOfMass, monopolarTriangulation };

struct UnitLocations {
  std::span<int32_t> peakChannels; ///< (N)
  std::span<double> locationsUm;   ///< (N, 3): x, y, z
  std::span<double> amplitudes;    ///< (N): of the peak channel (µV), or the monopole's (µV·µm)
};

/// Peak channel and location of each unit from its waveforms (N, C, T) on the `nearest` channels around the peak.
/// Locations of channels (C, 2). A flat unit lies on its peak channel, the first one, with amplitude 0.
template <class Sample> void locateUnits(const Job& job, std::span<const Sample> waveforms, size_t samples,
                                         std::span<const double> channelLocationsUm, size_t nearest,
                                         LocationAlgorithm algorithm, const UnitLocations& out);

} // namespace dant
