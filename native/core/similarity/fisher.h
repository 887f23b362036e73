#pragma once
#include <algorithm>
#include <cmath>

namespace dant {

/// The Fisher z that equals 6: the largest that counts, and the similarity of a unit with itself.
constexpr double largestFisherZ = 6;

/// atanh(r) with |r| clipped to tanh 6; 0 for NaN (the correlation with something constant).
inline double fisherZ(double r) {
  if (std::isnan(r)) return 0;
  static const double limit = std::tanh(largestFisherZ);
  const double clipped = std::clamp(r, -limit, limit);
  return 0.5 * std::log((1 + clipped) / (1 - clipped));
}

} // namespace dant
