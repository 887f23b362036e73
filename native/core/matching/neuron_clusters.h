#pragma once
#include "core/job/job.h"
#include "core/similarity/unit_pair.h"

#include <span>
#include <vector>

namespace dant {

struct NeuronClustersInput {
  std::span<const int32_t> sessions; ///< (n)
  std::span<const UnitPair> pairs;   ///< (P) that may be one neuron, of different sessions
  std::span<const float> logOdds;    ///< (P)
  std::span<const UnitPair> split;   ///< units of one session that are one neuron
  double minLogOdds = 0;
};

/// (n) cluster of each unit, from 1 in order of the first unit; −1: alone. The two clusters with the largest average
/// log odds over their pairs of units of different sessions (cut at ±6; −6 for pairs that are not listed) are joined as
/// long as that is more than `minLogOdds`: average linkage. A cluster has one unit of a session, or parts of a split
/// one.
std::vector<int32_t> clusterNeurons(const Job& job, const NeuronClustersInput& input);

} // namespace dant
