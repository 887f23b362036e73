#include "core/clustering/distance_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

namespace dant {

namespace {

std::string entry(size_t i, size_t j, double value) {
  char text[96];
  std::snprintf(text, sizeof text, "[%zu, %zu] is %.17g", i, j, value);
  return text;
}

} // namespace

void requireDistanceMatrix(std::span<const double> matrix, size_t n, const Job& job) {
  // Tiles: the lower half is read by columns.
  constexpr size_t tile = 64;
  const size_t tiles = (n + tile - 1) / tile;
  parallelFor(job, tiles, [&](size_t block) {
    const size_t end = std::min(n, (block + 1) * tile);
    for (size_t start = 0; start < end; start += tile) {
      for (size_t i = block * tile; i < end; ++i) {
        for (size_t j = start; j < std::min(i, start + tile); ++j) {
          const double lower = matrix[i * n + j], upper = matrix[j * n + i];
          if (!(std::isfinite(lower) && lower >= 0)) {
            throw InputError("Distances must be finite and not negative, but " + entry(i, j, lower) + ".");
          }
          if (!(std::abs(lower - upper) <= 1e-9 * lower)) {
            throw InputError("The distance matrix must be symmetric, but " + entry(i, j, lower) + " and " +
                             entry(j, i, upper) + ".");
          }
        }
      }
    }
  });
}

} // namespace dant
