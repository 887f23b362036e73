#include "core/features/nearest_channels.h"

#include <algorithm>
#include <utility>

namespace dant {

std::vector<size_t> nearestChannels(std::span<const double> locationsUm, size_t channel, size_t count,
                                    std::span<const int32_t> shanks) {
  std::vector<std::pair<double, size_t>> byDistance;
  for (size_t c = 0; c < locationsUm.size() / 2; ++c) {
    if (!shanks.empty() && shanks[c] != shanks[channel]) continue;
    const double dx = locationsUm[2 * c] - locationsUm[2 * channel];
    const double dy = locationsUm[2 * c + 1] - locationsUm[2 * channel + 1];
    byDistance.emplace_back(dx * dx + dy * dy, c);
  }
  count = std::min(count, byDistance.size());
  std::partial_sort(byDistance.begin(), byDistance.begin() + count, byDistance.end());
  std::vector<size_t> nearest(count);
  std::transform(byDistance.begin(), byDistance.begin() + count, nearest.begin(),
                 [](const auto& p) { return p.second; });
  return nearest;
}

} // namespace dant
