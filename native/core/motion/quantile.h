#pragma once
#include <algorithm>
#include <cstddef>
#include <span>

namespace dant {

/// The q-th quantile (0 … 1) of ascending values, at least one, interpolated linearly between order statistics.
inline double quantileOf(std::span<const double> sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

} // namespace dant
