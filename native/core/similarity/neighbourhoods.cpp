#include "core/similarity/neighbourhoods.h"

#include <algorithm>
#include <map>

namespace dant {

Neighbourhoods findNeighbourhoods(std::span<const double> locationsUm, std::span<const int32_t> shanks,
                                  size_t nearest) {
  const size_t channels = locationsUm.size() / 2;
  Neighbourhoods result;
  std::map<std::vector<int32_t>, int32_t> groups;
  for (size_t channel = 0; channel < channels; ++channel) {
    std::vector<std::pair<double, int32_t>> candidates;
    for (size_t other = 0; other < channels; ++other) {
      if (!shanks.empty() && shanks[other] != shanks[channel]) continue;
      const double dx = locationsUm[2 * other] - locationsUm[2 * channel];
      const double dy = locationsUm[2 * other + 1] - locationsUm[2 * channel + 1];
      candidates.emplace_back(dx * dx + dy * dy, static_cast<int32_t>(other));
    }
    const size_t kept = std::min(nearest, candidates.size());
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept), candidates.end());
    std::vector<int32_t> set;
    for (size_t i = 0; i < kept; ++i) set.push_back(candidates[i].second);
    std::sort(set.begin(), set.end());
    const auto [entry, isNew] = groups.try_emplace(set, static_cast<int32_t>(groups.size()));
    if (isNew) result.members.push_back(set);
    result.groupOfChannel.push_back(entry->second);
  }
  return result;
}

} // namespace dant
