#pragma once
#include "core/job/job.h"
#include "core/matching/mixed_units.h"
#include "core/matching/neuron_evidence.h"
#include "core/similarity/unit_pair.h"

#include <span>
#include <vector>

namespace dant {

/// Ln odds that stand for "certainly different": those of pairs that are not listed.
inline constexpr double leastLogOdds = -10;

struct NeuronClustersInput {
  std::span<const int32_t> sessions; ///< (n) from 1
  std::span<const UnitPair> pairs;   ///< nearby pairs (P)
  std::span<const float> logOdds;    ///< (P) that two units are one neuron, by these two and their rivals
  std::span<const double> vectors;   ///< (n, D) in the coordinates of `evidence`
  const NeuronEvidence* evidence = nullptr;
  double minLogOdds = 0;
};

struct NeuronClusters {
  std::vector<int32_t> labels;   ///< (n) from 1 in order of the first unit; −1: alone
  std::vector<UnitPair> matches; ///< (M) all pairs of units in the same cluster
  /// (M) ln odds of the matches given all units: those at which the two groups were joined that held them.
  std::vector<float> logOdds;
  std::vector<MixedUnit> mixedUnits; ///< those that have joined a cluster as such
};

/// Groups of units that are one neuron, joined in order of the evidence for them (agglomerative clustering): the two
/// groups with the largest ln odds are joined as long as those are at least `minLogOdds`. Two groups with units of the
/// same session are one neuron only if those units are too (the sorter has split it): their ln odds are at most those
/// of each such pair. Then mixed units join the neuron that they are mostly, one of each session.
NeuronClusters clusterNeurons(const Job& job, const NeuronClustersInput& input);

} // namespace dant
