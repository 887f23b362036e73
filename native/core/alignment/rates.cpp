#include "core/alignment/rates.h"

#include "core/features/gaussian.h"

#include <algorithm>
#include <vector>

namespace dant {

namespace {

class Smoother {
public:
  explicit Smoother(const RateWindow& window)
      : bins_(static_cast<std::ptrdiff_t>(window.durationMs + 2 * window.marginMs)),
        first_(static_cast<std::ptrdiff_t>(window.marginMs)), weights_(gaussianWeights(window.sigmaMs)),
        sums_(window.durationMs) {}

  /// `times` ascending
  void rates(std::span<const double> times, double event, std::span<float> out) {
    std::fill(sums_.begin(), sums_.end(), 0.0);
    const double half = static_cast<double>(bins_) / 2;
    std::ptrdiff_t previous = -1;
    for (auto time = std::upper_bound(times.begin(), times.end(), event - half); time != times.end(); ++time) {
      const double relative = *time - event;
      if (!(relative <= half)) break;
      if (!(relative > -half)) continue;
      const auto bin = std::min(static_cast<std::ptrdiff_t>(relative + half), bins_ - 1);
      if (bin != previous) addWithReflections(bin);
      previous = bin;
    }
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(1000 * sums_[i]);
  }

private:
  void addWithReflections(std::ptrdiff_t bin) {
    const auto radius = static_cast<std::ptrdiff_t>(weights_.size()) - 1;
    const std::ptrdiff_t period = 2 * bins_;
    const std::ptrdiff_t turns = radius / period + 1;
    for (std::ptrdiff_t turn = -turns; turn <= turns; ++turn) {
      add(bin + turn * period);
      add(-1 - bin + turn * period);
    }
  }

  void add(std::ptrdiff_t bin) {
    const auto radius = static_cast<std::ptrdiff_t>(weights_.size()) - 1;
    const auto duration = static_cast<std::ptrdiff_t>(sums_.size());
    const std::ptrdiff_t centre = bin - first_;
    const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, centre - radius);
    const std::ptrdiff_t end = std::min(duration, centre + radius + 1);
    const std::ptrdiff_t turn = std::clamp(centre, begin, std::max(begin, end));
    for (std::ptrdiff_t i = begin; i < std::min(turn, end); ++i)
      sums_[static_cast<size_t>(i)] += weights_[static_cast<size_t>(centre - i)];
    for (std::ptrdiff_t i = turn; i < end; ++i)
      sums_[static_cast<size_t>(i)] += weights_[static_cast<size_t>(i - centre)];
  }

  std::ptrdiff_t bins_, first_;
  std::vector<double> weights_, sums_;
};

} // namespace

void alignedRates(const Job& job, const AlignedTrains& trains, const RateWindow& window, std::span<float> rates) {
  const size_t trials = trains.events.size();
  constexpr size_t trialsAtOnce = 128;
  const size_t parts = (trials + trialsAtOnce - 1) / trialsAtOnce;
  parallelFor(job, trains.units() * parts, [&](size_t index) {
    const size_t unit = index / parts;
    const size_t part = index % parts;
    const auto begin = static_cast<size_t>(trains.offsets[unit]);
    const auto times = trains.times.subspan(begin, static_cast<size_t>(trains.offsets[unit + 1]) - begin);
    Smoother smoother(window);
    for (size_t trial = part * trialsAtOnce; trial < std::min(trials, (part + 1) * trialsAtOnce); ++trial) {
      job.throwIfAborted();
      smoother.rates(times, trains.events[trial],
                     rates.subspan((unit * trials + trial) * window.durationMs, window.durationMs));
    }
  });
}

} // namespace dant
