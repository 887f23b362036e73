#include "core/features/peak_channel.h"

#include "core/job/job.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace dant {

namespace {

template <class Sample> double extent(std::span<const Sample> samples) {
  // Lanes that do not depend on each other, for the vector units. x − x is 0 but for NaN and the infinite.
  constexpr size_t lanes = 16;
  std::array<Sample, lanes> low, high, poison{};
  low.fill(samples[0]);
  high.fill(samples[0]);
  const auto take = [&](size_t lane, Sample x) {
    low[lane] = x < low[lane] ? x : low[lane];
    high[lane] = x > high[lane] ? x : high[lane];
    poison[lane] += x - x;
  };
  size_t t = 0;
  for (; t + lanes <= samples.size(); t += lanes) {
    for (size_t lane = 0; lane < lanes; ++lane) take(lane, samples[t + lane]);
  }
  for (; t < samples.size(); ++t) take(0, samples[t]);
  for (size_t lane = 1; lane < lanes; ++lane) {
    low[0] = std::min(low[0], low[lane]);
    high[0] = std::max(high[0], high[lane]);
    poison[0] += poison[lane];
  }
  return static_cast<double>(high[0]) - static_cast<double>(low[0]) + static_cast<double>(poison[0]);
}

} // namespace

template <class Sample>
void peakToTrough(std::span<const Sample> waveform, size_t samples, std::span<double> amplitudes) {
  for (size_t c = 0; c < amplitudes.size(); ++c) amplitudes[c] = extent(waveform.subspan(c * samples, samples));
}

size_t peakChannel(std::span<const double> amplitudes, size_t unit) {
  size_t peak = 0;
  for (size_t c = 0; c < amplitudes.size(); ++c) {
    if (!std::isfinite(amplitudes[c])) {
      throw InputError("Expected finite waveforms, but unit " + std::to_string(unit) +
                       " has a NaN or infinite sample on channel " + std::to_string(c) + " (both counted from 0).");
    }
    if (amplitudes[c] > amplitudes[peak]) peak = c;
  }
  return peak;
}

template void peakToTrough(std::span<const float>, size_t, std::span<double>);
template void peakToTrough(std::span<const double>, size_t, std::span<double>);

} // namespace dant
