#pragma once
#include "core/matching/split_evidence.h"

namespace dant {

/// Units of one session that are one neuron, split by the sorter.
struct FoundSplits {
  std::vector<UnitPair> pairs;
  std::vector<double> logOdds; ///< natural, over 0
};

/// Log odds for neighbours of one session to be a split neuron: c₀ + c·x + l, of how alike they are x and of their log
/// ratios l (`splitLogRatios`). How often this sorter splits, c₀, and how alike the parts are, c ≥ 0, are learned from
/// the log ratios of all neighbours by expectation maximisation: the share of each to be one neuron, then a logistic
/// regression by these (ridge 1), until no coefficient changes by 1e-4, or 200 times.
/// likeness (P, columns), larger for more alike units; logRatios (P).
std::vector<double> splitLogOdds(const Job& job, std::span<const double> likeness, size_t columns,
                                 std::span<const double> logRatios);

/// Neighbours that are likelier one neuron than two, by how alike their aligned shapes (n, A; of norm 1) and places
/// are and by their spikes, and whose own spikes speak for it.
/// units (n): indices among the trains.
FoundSplits findSplitUnits(const Job& job, const SpikeTrains& trains, std::span<const int32_t> units,
                           const PlacedUnits& places, std::span<const float> aligned);

} // namespace dant
