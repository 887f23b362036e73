#pragma once
#include <algorithm>
#include <cstdint>

namespace dant {

/// A whole number that came out of a division, as an integer: within ±1e9 (differences of two are integers too), what
/// is no number as the least. Converting what an integer cannot hold has no defined result.
inline int32_t wholeNumber(double value) {
  constexpr double most = 1e9;
  return static_cast<int32_t>(value > -most ? std::min(value, most) : -most);
}

} // namespace dant
