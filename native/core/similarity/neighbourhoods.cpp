#include "core/similarity/neighbourhoods.h"

#include "core/features/nearest_channels.h"

#include <algorithm>
#include <map>

namespace dant {

Neighbourhoods findNeighbourhoods(std::span<const double> locationsUm, std::span<const int32_t> shanks,
                                  size_t nearest) {
  const size_t channels = locationsUm.size() / 2;
  Neighbourhoods result;
  std::map<std::vector<int32_t>, int32_t> groups;
  for (size_t channel = 0; channel < channels; ++channel) {
    std::vector<int32_t> set;
    for (const size_t near : nearestChannels(locationsUm, channel, nearest, shanks)) {
      set.push_back(static_cast<int32_t>(near));
    }
    std::sort(set.begin(), set.end());
    const auto [entry, isNew] = groups.try_emplace(set, static_cast<int32_t>(groups.size()));
    if (isNew) result.members.push_back(set);
    result.groupOfChannel.push_back(entry->second);
  }
  return result;
}

} // namespace dant
