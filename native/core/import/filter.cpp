#include "core/import/filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dant {

HighPass::HighPass(double cutHz, double sampleRateHz) {
  const double w = std::tan(std::numbers::pi * cutHz / sampleRateHz);
  const double one = 1 + w;
  const double two = 1 + w + w * w;
  first_ = {1 / one, -1 / one, 0, (w - 1) / one, 0};
  second_ = {1 / two, -2 / two, 1 / two, 2 * (w * w - 1) / two, (1 - w + w * w) / two};
}

/// Filters `samples` samples of all lanes, `step` apart. Starts as if the first one had always been there: then the
/// first section holds it back, and the second one gets 0.
void HighPass::filter(double* first, size_t samples, std::ptrdiff_t step) const {
  double p[lanes], q1[lanes] = {}, q2[lanes] = {};
  for (size_t k = 0; k < lanes; ++k) p[k] = -first_.b0 * first[k];
  for (size_t t = 0; t < samples; ++t, first += step) {
    for (size_t k = 0; k < lanes; ++k) {
      const double x = first[k];
      const double y = first_.b0 * x + p[k];
      p[k] = first_.b1 * x - first_.a1 * y;
      const double z = second_.b0 * y + q1[k];
      q1[k] = second_.b1 * y - second_.a1 * z + q2[k];
      q2[k] = second_.b2 * y - second_.a2 * z;
      first[k] = z;
    }
  }
}

void HighPass::zeroPhase(std::span<double> signals, std::span<double> room) const {
  const size_t samples = signals.size() / lanes;
  const size_t pad = std::min(padding, samples - 1);
  const size_t all = samples + 2 * pad;
  const auto last = (samples - 1) * lanes;
  for (size_t i = 0; i < pad; ++i) {
    for (size_t k = 0; k < lanes; ++k) {
      room[i * lanes + k] = 2 * signals[k] - signals[(pad - i) * lanes + k];
      room[(pad + samples + i) * lanes + k] = 2 * signals[last + k] - signals[(samples - 2 - i) * lanes + k];
    }
  }
  std::copy(signals.begin(), signals.end(), room.begin() + static_cast<std::ptrdiff_t>(pad * lanes));
  constexpr auto step = static_cast<std::ptrdiff_t>(lanes);
  filter(room.data(), all, step);
  filter(room.data() + (all - 1) * lanes, all, -step);
  std::copy_n(room.begin() + static_cast<std::ptrdiff_t>(pad * lanes), signals.size(), signals.begin());
}

} // namespace dant
