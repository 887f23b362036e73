#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Channels with the same set of nearest channels form a group: the waveforms of units that peak there are compared
/// over that set.
struct Neighbourhoods {
  std::vector<int32_t> groupOfChannel;       ///< (C)
  std::vector<std::vector<int32_t>> members; ///< per group, its channels in increasing order
};

/// The `nearest` channels next to each channel on its own shank, itself included, by squared distance, equal distances
/// in channel order; fewer where the shank has fewer. locationsUm (C, 2), shanks (C) or empty for a single shank.
Neighbourhoods findNeighbourhoods(std::span<const double> locationsUm, std::span<const int32_t> shanks, size_t nearest);

} // namespace dant
