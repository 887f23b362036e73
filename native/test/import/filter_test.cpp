#include "core/import/filter.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numbers>

using namespace dant;

namespace {

/// What both passes make of an impulse, `n` samples away.
double response(const ZeroPhaseHighPass& filter, int n) {
  const double pair = 2 * (filter.weights[1] * std::pow(filter.poles[1], n)).real();
  return (n == 0 ? filter.direct : 0) + (filter.weights[0] * std::pow(filter.poles[0], n)).real() + pair;
}

} // namespace

TEST_CASE("both passes of the filter have the squared gain of a Butterworth filter") {
  for (const double cutHz : {300.0, 150.0, 3000.0}) {
    constexpr double rateHz = 30000;
    const ZeroPhaseHighPass filter(cutHz, rateHz);
    for (const double hz : {0.0, 10.0, 100.0, 300.0, 1000.0, 5000.0, 15000.0}) {
      double gain = response(filter, 0);
      for (int n = 1; n < 5000; ++n) gain += 2 * response(filter, n) * std::cos(2 * std::numbers::pi * hz * n / rateHz);
      const double ratio = std::tan(std::numbers::pi * hz / rateHz) / std::tan(std::numbers::pi * cutHz / rateHz);
      const double expected = std::pow(ratio, 6) / (1 + std::pow(ratio, 6));
      CHECK(std::abs(gain - (hz == 15000 ? 1 : expected)) < 1e-9);
    }
  }
}
