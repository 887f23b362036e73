#pragma once
#include <cstdint>

namespace dant {

/// To the nearest whole number, halves upwards. Within ± 2³¹
inline int32_t roundHalfUp(double value) {
  const auto whole = static_cast<int32_t>(value);
  const double rest = value - whole;
  return whole + static_cast<int32_t>(rest >= 0.5) - static_cast<int32_t>(rest < -0.5);
}

} // namespace dant
