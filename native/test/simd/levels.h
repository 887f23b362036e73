// What the tests of the kernels share.
#pragma once
#include "core/simd/dispatch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace dant {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

template <class Real> std::vector<Real> randomNumbers(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<Real> numbers(count);
  for (auto& number : numbers) number = static_cast<Real>(normal(random));
  return numbers;
}

/// Runs `body` for each level, under its name.
template <class Body> void forEachLevel(Body body) {
  for (const Kernels* level : availableKernels()) {
    CAPTURE(std::string(level->name));
    body(*level);
  }
}

} // namespace dant
