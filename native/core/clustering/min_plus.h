#pragma once
#include <algorithm>
#include <cstddef>
#include <limits>

namespace dant {

// The two loops of a min-plus matrix product. Written so that compilers vectorise them without -ffast-math; a minimum
// does not depend on the order in which it is taken, so neither do the results.

/// out[j] = min(out[j], scalar_p + row_p[j]) over four rows p and j < width.
inline void lowerByRows(const double scalars[4], const double* const rows[4], size_t width, double* out) {
  const double s0 = scalars[0], s1 = scalars[1], s2 = scalars[2], s3 = scalars[3];
  const double *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3];
  for (size_t j = 0; j < width; ++j) {
    const double v0 = s0 + r0[j], v1 = s1 + r1[j], v2 = s2 + r2[j], v3 = s3 + r3[j];
    const double low = v0 < v1 ? v0 : v1, high = v2 < v3 ? v2 : v3;
    const double least = low < high ? low : high;
    out[j] = least < out[j] ? least : out[j];
  }
}

/// Smallest x[k] + y[k] for k < count; ∞ when count is 0.
inline double smallestSum(const double* x, const double* y, size_t count) {
  constexpr size_t lanes = 16;
  double least[lanes];
  std::fill_n(least, lanes, std::numeric_limits<double>::infinity());
  size_t k = 0;
  for (; k + lanes <= count; k += lanes) {
    for (size_t lane = 0; lane < lanes; ++lane) {
      const double sum = x[k + lane] + y[k + lane];
      least[lane] = sum < least[lane] ? sum : least[lane];
    }
  }
  for (; k < count; ++k) least[0] = std::min(least[0], x[k] + y[k]);
  return *std::min_element(least, least + lanes);
}

} // namespace dant
