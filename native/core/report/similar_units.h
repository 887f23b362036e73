#pragma once
#include "core/report/block_of_rows.h"
#include "core/report/cluster_members.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Who resembles whom: the most similar units outside a unit's cluster, and the similarities within clusters.
struct SimilarUnitLists {
  std::span<const int32_t> clusters; ///< (units) from 1; below: in no cluster
  /// (units, any number) most similar first, of equal ones the one that was found first; −1: none
  std::span<int32_t> neighbours;
  std::span<float> neighbourSimilarities; ///< as `neighbours`
  std::span<float> clusterSimilarities;   ///< (members, members) of each cluster in turn, members in ascending order
};

/// Adds to such lists what is found in parts of a matrix. Each unit's members and neighbours stay in the lists between
/// one call and the next.
class SimilarUnits {
public:
  /// Throws InputError if lengths do not fit.
  explicit SimilarUnits(const SimilarUnitLists& lists);

  /// Values of 0 and NaN are those of units that were not compared: they make no neighbours.
  /// Throws InputError if the block is of other units.
  void addRows(const BlockOfRows& block);

  /// @param pairs (P, 2); those of units that do not exist are left out
  /// @param values (P) in both directions
  /// Throws InputError if lengths do not fit.
  void addPairs(std::span<const int32_t> pairs, std::span<const double> values);

private:
  void addRow(size_t unit, std::span<const double> row);
  void add(size_t unit, size_t other, double value);
  void keepNearest(size_t unit, size_t other, double value);
  std::span<float> similaritiesWithin(size_t unit) const;

  SimilarUnitLists lists_;
  size_t neighbourCount_ = 0; ///< of a unit
  ClusterMembers members_;
  std::vector<size_t> begins_; ///< (clusters + 1) in `clusterSimilarities`, by cluster − 1
};

} // namespace dant
