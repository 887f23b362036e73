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

/// Starts as if the first sample had always been there: then the first section holds it back, and the second one gets
/// 0.
void HighPass::filter(std::span<double> signal) const {
  double p = -first_.b0 * signal.front();
  double q1 = 0, q2 = 0;
  for (double& x : signal) {
    const double y = first_.b0 * x + p;
    p = first_.b1 * x - first_.a1 * y;
    const double z = second_.b0 * y + q1;
    q1 = second_.b1 * y - second_.a1 * z + q2;
    q2 = second_.b2 * y - second_.a2 * z;
    x = z;
  }
}

void HighPass::zeroPhase(std::span<double> signal, std::span<double> room) const {
  const size_t length = signal.size();
  const size_t pad = std::min(padding, length - 1);
  const auto all = room.first(length + 2 * pad);
  for (size_t i = 0; i < pad; ++i) {
    all[i] = 2 * signal.front() - signal[pad - i];
    all[pad + length + i] = 2 * signal.back() - signal[length - 2 - i];
  }
  std::copy(signal.begin(), signal.end(), all.begin() + static_cast<ptrdiff_t>(pad));
  filter(all);
  std::reverse(all.begin(), all.end());
  filter(all);
  std::reverse(all.begin(), all.end());
  std::copy_n(all.begin() + static_cast<ptrdiff_t>(pad), length, signal.begin());
}

} // namespace dant
