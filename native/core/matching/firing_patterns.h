#pragma once
#include "core/features/spike_train.h"
#include "core/job/job.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

inline constexpr size_t firingBins = 30;

/// How units fire, in bins that widen with the lag.
struct FiringPatterns {
  std::vector<double> intervals; ///< (n, 30) square root of the share of interspike intervals in bins of 1 ms … 3 s
  std::vector<double>
      correlogram; ///< (n, 30) square root of the share of pairs per ms of lag, in bins of 0, 2, … 300 ms
  std::vector<double> logRates; ///< (n) ln of spikes per s, over the time from the unit's first to its last spike
  /// (n) ln of the pairs of successive spikes less than 1.5 ms apart over those that chance would give at the mean rate
  std::vector<double> logViolations;
  /// (n) a number that the rate of coincidences within 0.3 … 1.5 ms, over that at lags of 15 … 45 ms, exceeds with a
  /// confidence of 95 % (Poisson): more than 1 says that the unit has no refractory time, and is no single neuron
  std::vector<double> refractoryRatios;
};

/// Of the picked units of the trains. Units of fewer than two spikes have zeros.
FiringPatterns describeFiring(const Job& job, const SpikeTrains& trains, std::span<const int32_t> units);

} // namespace dant
