#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// The units of each cluster, in ascending order.
class ClusterMembers {
public:
  /// @param clusters (units) from 1; below: in no cluster
  explicit ClusterMembers(std::span<const int32_t> clusters);

  /// @param cluster 1 … count(); others have no members.
  std::span<const uint32_t> of(int32_t cluster) const;
  /// Number of the last cluster
  size_t count() const { return begins_.size() - 1; }
  /// (units) place of each unit among the members of its cluster
  std::span<const uint32_t> places() const { return places_; }

private:
  std::vector<size_t> begins_; ///< (count + 1)
  std::vector<uint32_t> members_;
  std::vector<uint32_t> places_;
};

} // namespace dant
