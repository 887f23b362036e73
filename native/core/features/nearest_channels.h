#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// The `count` channels nearest to `channel` (itself among them) by squared distance, nearest first, equal distances
/// in index order; all channels when there are fewer. Locations (C, 2): x, y in µm. With shanks (C), only channels of
/// its own shank.
std::vector<size_t> nearestChannels(std::span<const double> locationsUm, size_t channel, size_t count,
                                    std::span<const int32_t> shanks = {});

} // namespace dant
