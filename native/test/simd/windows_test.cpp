#include "test/simd/levels.h"

#include <complex>
#include <cstdint>
#include <vector>

using namespace dant;

namespace {

constexpr size_t rows = 500;

/// Samples of a tile, with offsets as recordings have them.
std::vector<int16_t> tileOf(unsigned seed) {
  const auto numbers = randomNumbers<double>(rows * tileChannels, seed);
  std::vector<int16_t> tile;
  for (size_t i = 0; i < numbers.size(); ++i) {
    tile.push_back(static_cast<int16_t>(300 * numbers[i] + 50 * static_cast<double>(i % tileChannels)));
  }
  return tile;
}

} // namespace

TEST_CASE("addWindows") {
  const auto tile = tileOf(1);
  const std::vector<int32_t> starts{0, 3, 3, 250, 419};
  forEachLevel([&](const Kernels& level) {
    for (size_t length : {1, 5, 27, 64, 81}) {
      std::vector<int32_t> sums(length * tileChannels + 1, 7);
      level.addWindows(tile.data(), starts.data(), starts.size(), length, sums.data());
      CHECK(sums.back() == 7);
      for (size_t i = 0; i + 1 < sums.size(); ++i) {
        int32_t expected = 7;
        for (const int32_t start : starts) expected += tile[static_cast<size_t>(start) * tileChannels + i];
        CHECK(sums[i] == expected);
      }
    }
  });
}

TEST_CASE("addDecayingSums") {
  const auto tile = tileOf(2);
  const std::array<std::complex<double>, 2> poles{0.94, std::polar(0.97, 0.054)};
  std::vector<float> powers;
  for (int part = 0; part < decayStates; ++part) {
    for (int j = 0; j < 9; ++j) {
      const auto power = std::pow(poles[part == 0 ? 0 : 1], j);
      powers.push_back(static_cast<float>(part == 2 ? power.imag() : power.real()));
    }
  }
  const auto sum = 1.0 / (1.0 - poles[1]);
  const std::vector<float> start{static_cast<float>((1.0 / (1.0 - poles[0])).real()), static_cast<float>(sum.real()),
                                 static_cast<float>(sum.imag())};
  const std::vector<int32_t> before{0, 1, 7, 8, 8, 200, 333, 500};
  const std::vector<int32_t> targets{0, 1, 2, 1, 0, 2, 1, 0};
  constexpr size_t targetStep = decayStates * tileChannels + 5;
  forEachLevel([&](const Kernels& level) {
    for (const bool backwards : {false, true}) {
      const auto sample = [&](size_t row, size_t c) {
        return static_cast<double>(tile[(backwards ? rows - 1 - row : row) * tileChannels + c]);
      };
      std::vector<double> sums(3 * targetStep, 1);
      const ptrdiff_t step = backwards ? -static_cast<ptrdiff_t>(tileChannels) : static_cast<ptrdiff_t>(tileChannels);
      level.addDecayingSums({tile.data() + (backwards ? (rows - 1) * tileChannels : 0), step, powers.data(),
                             start.data(), before.data(), targets.data(), before.size(), targetStep, sums.data()});
      std::vector<double> expected(sums.size(), 1);
      for (size_t c = 0; c < tileChannels; ++c) {
        std::array<std::complex<double>, 2> states{sample(0, c) / (1.0 - poles[0]), sample(0, c) / (1.0 - poles[1])};
        size_t row = 0;
        for (size_t i = 0; i < before.size(); ++i) {
          for (; row < static_cast<size_t>(before[i]); ++row)
            for (size_t k = 0; k < 2; ++k) states[k] = states[k] * poles[k] + sample(row, c);
          double* const to = expected.data() + static_cast<size_t>(targets[i]) * targetStep + c;
          to[0] += states[0].real();
          to[tileChannels] += states[1].real();
          to[2 * tileChannels] += states[1].imag();
        }
      }
      for (size_t i = 0; i < sums.size(); ++i) CHECK(std::abs(sums[i] - expected[i]) < 0.02); // of up to 10,000
    }
  });
}
