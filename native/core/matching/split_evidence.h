#pragma once
#include "core/features/spike_train.h"
#include "core/job/job.h"
#include "core/similarity/unit_pair.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Natural log odds that spikes give for two units of one session to be one neuron that the sorter split, rather than
/// two: a neuron does not fire again within 1.5 ms, two of them do by chance. With k coincidences within ±1.5 ms where
/// lags of 15 … 30 ms say that chance gives μ, and a tenth of them let through by the sorter's mistakes, Poisson
/// likelihoods give k·ln 0.1 + 0.9·μ. 0 without spikes. One for each pair, of indices among `units`.
std::vector<double> splitLogOdds(const Job& job, const SpikeTrains& trains, std::span<const int32_t> units,
                                 std::span<const UnitPair> pairs);

struct AlikeUnits {
  std::span<const int32_t> sessions, shanks; ///< (n)
  std::span<const double> xUm, depthsUm;     ///< (n)
  std::span<const float> aligned;            ///< (n, A) of norm 1
  double maxDistanceUm = 40;                 ///< across the probe and along it
  double minCosine = 0.9;
};

/// Pairs of units of one session that look alike and lie near each other: those that may be a split neuron.
std::vector<UnitPair> alikeWithinSessions(const Job& job, const AlikeUnits& units);

} // namespace dant
