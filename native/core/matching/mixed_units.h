#pragma once
#include "core/job/job.h"
#include "core/similarity/unit_pair.h"

#include <span>
#include <vector>

namespace dant {

/// A unit that the sorter has put together out of most spikes of one neuron and some of another.
struct MixedUnit {
  int32_t unit;
  int32_t label;      ///< of the neuron that it is mostly
  int32_t otherLabel; ///< of the neuron that it holds spikes of too
  double logOdds;     ///< of being mostly the first neuron
};

/// The mean waveform of a mixture lies between those of its neurons, and roughly so does all that describes a unit: at
/// x̄ + w(ȳ − x̄), 0 ≤ w ≤ ½. For units in no cluster, the neurons between which they lie best. With T the squared
/// distance from that place by what is expected, D (1 + (1 − w)²/m + w²/n), and q the share of T^−7.5 in the sum of the
/// same for all neurons and 3^−7.5 for a neuron of its own, the ln odds are 2.5 + 0.6 ln(q/(1 − q)) (from simulated
/// recordings).
/// labels (n) from 1, −1: in no cluster; sessions (n); vectors (n, dimensions) where units of a neuron vary by 1. The
/// neurons looked at are those that a unit is in a pair with; one with a unit of the same session is not the main one.
std::vector<MixedUnit> findMixedUnits(const Job& job, std::span<const int32_t> labels,
                                      std::span<const int32_t> sessions, std::span<const UnitPair> pairs,
                                      std::span<const double> vectors, size_t dimensions);

} // namespace dant
