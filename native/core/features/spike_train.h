#pragma once
#include "core/job/job.h"

#include <span>
#include <string>
#include <vector>

namespace dant {

/// Spikes or spike pairs that are handled between two looks at the abort flag.
constexpr size_t pollEvery = size_t{1} << 16;

/// The spike times (ms, any order) of all units one after the other: unit k has offsets[k] … offsets[k + 1] − 1.
struct SpikeTrains {
  std::span<const double> timesMs;
  std::vector<size_t> offsets; ///< N + 1, never falling, the last one timesMs.size()

  size_t units() const { return offsets.size() - 1; }
  /// A sorted copy of a unit's times, shifted so that the first one is 0.
  std::vector<double> sortedFromZero(const Job& job, size_t unit) const;
};

/// Smallest and largest spike time of each unit (N), ms: NaN where one of its times is not finite, ∞ and −∞ where it
/// has none.
void spikeRanges(const Job& job, const SpikeTrains& trains, std::span<double> smallestMs, std::span<double> largestMs);

/// A sorted copy. Throws InputError when a time is not finite; `name` says whose times they are.
std::vector<double> sortedTimes(const Job& job, std::span<const double> timesMs, const std::string& name);

/// Makes `originMs` the zero of time.
void shiftTimes(const Job& job, std::span<double> timesMs, double originMs);

} // namespace dant
