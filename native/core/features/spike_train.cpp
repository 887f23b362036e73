#include "core/features/spike_train.h"

#include <algorithm>
#include <cmath>

namespace dant {

std::vector<double> sortedTimes(const Job& job, std::span<const double> timesMs, const std::string& name) {
  std::vector<double> times;
  times.reserve(timesMs.size());
  bool finite = true;
  bool sorted = true;
  double previous = -HUGE_VAL;
  for (size_t begin = 0; begin < timesMs.size(); begin += pollEvery) {
    job.throwIfAborted();
    for (const double time : timesMs.subspan(begin, std::min(pollEvery, timesMs.size() - begin))) {
      finite &= std::isfinite(time);
      sorted &= previous <= time;
      previous = time;
      times.push_back(time);
    }
  }
  if (!finite) {
    throw InputError("Expected finite spike times (ms) in " + name + ", but found NaN or an infinite one.");
  }
  if (!sorted) {
    size_t comparisons = 0;
    std::sort(times.begin(), times.end(), [&](double a, double b) {
      if (++comparisons % pollEvery == 0) job.throwIfAborted();
      return a < b;
    });
  }
  return times;
}

void spikeRanges(const Job& job, const SpikeTrains& trains, std::span<double> smallestMs, std::span<double> largestMs) {
  if (smallestMs.size() != trains.units() || largestMs.size() != trains.units())
    throw InputError("The ranges of the spike times do not fit the units.");
  constexpr size_t grain = 64;
  parallelFor(job, (trains.units() + grain - 1) / grain, [&](size_t block) {
    for (size_t unit = block * grain; unit < std::min(trains.units(), (block + 1) * grain); ++unit) {
      double smallest = HUGE_VAL, largest = -HUGE_VAL, notFinite = 0;
      for (size_t begin = trains.offsets[unit]; begin < trains.offsets[unit + 1]; begin += pollEvery) {
        job.throwIfAborted();
        for (size_t i = begin; i < std::min(begin + pollEvery, trains.offsets[unit + 1]); ++i) {
          const double time = trains.timesMs[i];
          notFinite += time - time; // NaN for NaN and infinity
          smallest = std::min(smallest, time);
          largest = std::max(largest, time);
        }
      }
      smallestMs[unit] = notFinite == 0 ? smallest : NAN;
      largestMs[unit] = notFinite == 0 ? largest : NAN;
    }
  });
}

void shiftTimes(const Job& job, std::span<double> timesMs, double originMs) {
  for (size_t i = 0; i < timesMs.size(); ++i) {
    if (i % pollEvery == 0) job.throwIfAborted();
    timesMs[i] -= originMs;
  }
}

std::vector<double> SpikeTrains::sortedFromZero(const Job& job, size_t unit) const {
  const auto own = timesMs.subspan(offsets[unit], offsets[unit + 1] - offsets[unit]);
  auto times = sortedTimes(job, own, "unit " + std::to_string(unit));
  if (!times.empty()) shiftTimes(job, times, times[0]);
  return times;
}

} // namespace dant
