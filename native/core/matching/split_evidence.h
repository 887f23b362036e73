#pragma once
#include "core/features/spike_train.h"
#include "core/job/job.h"
#include "core/similarity/unit_pair.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// What spikes say of two units of one session: the natural log of how much likelier they are if the units are one
/// neuron that the sorter split than if they are two. A neuron does not fire again within 1.5 ms, two of them do by
/// chance. With k coincidences at 0.3 … 1.5 ms on either side where lags of 15 … 30 ms say that chance gives μ, and a
/// tenth of them let through by the sorter's mistakes, Poisson likelihoods give k·ln 0.1 + 0.9·μ. Closer than 0.3 ms,
/// one spike may have been sorted into both. 0 without spikes. One for each pair, of indices among `units`.
std::vector<double> splitLogRatios(const Job& job, const SpikeTrains& trains, std::span<const int32_t> units,
                                   std::span<const UnitPair> pairs);

struct PlacedUnits {
  std::span<const int32_t> sessions, shanks; ///< (n)
  std::span<const double> xUm, depthsUm;     ///< (n)
  double maxDistanceUm = 40;                 ///< across the probe and along it
};

/// Pairs of units of one session and shank that lie near each other: those that may be a split neuron.
std::vector<UnitPair> neighboursWithinSessions(const Job& job, const PlacedUnits& units);

} // namespace dant
