#include "core/report/cluster_members.h"

#include <algorithm>

namespace dant {

ClusterMembers::ClusterMembers(std::span<const int32_t> clusters) : places_(clusters.size()) {
  const int32_t last = clusters.empty() ? 0 : std::max(0, *std::max_element(clusters.begin(), clusters.end()));
  std::vector<size_t> sizes(static_cast<size_t>(last) + 1);
  for (size_t unit = 0; unit < clusters.size(); ++unit) {
    if (clusters[unit] > 0) places_[unit] = static_cast<uint32_t>(sizes[static_cast<size_t>(clusters[unit])]++);
  }
  begins_.resize(sizes.size());
  for (size_t c = 1; c < sizes.size(); ++c) {
    begins_[c] = begins_[c - 1] + sizes[c];
  }
  members_.resize(begins_.back());
  for (size_t unit = 0; unit < clusters.size(); ++unit) {
    if (clusters[unit] < 1) continue;
    members_[begins_[static_cast<size_t>(clusters[unit]) - 1] + places_[unit]] = static_cast<uint32_t>(unit);
  }
}

std::span<const uint32_t> ClusterMembers::of(int32_t cluster) const {
  if (cluster < 1 || static_cast<size_t>(cluster) > count()) return {};
  const auto c = static_cast<size_t>(cluster);
  return std::span(members_).subspan(begins_[c - 1], begins_[c] - begins_[c - 1]);
}

} // namespace dant
