#pragma once
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace dant {

/// Distances out of a dense (n, n) matrix in C order.
struct MatrixDistances {
  std::span<const double> matrix;
  size_t n;

  /// out[k] = distance of i and others[k]
  void operator()(size_t i, std::span<const int32_t> others, double* out) const {
    const double* row = matrix.data() + i * n;
    for (size_t k = 0; k < others.size(); ++k) out[k] = row[others[k]];
  }
};

/// Throws InputError, naming the first bad entry, unless all entries off the diagonal are finite, ≥ 0 and symmetric up
/// to a relative 1e-9. The diagonal is not looked at.
void requireDistanceMatrix(std::span<const double> matrix, size_t n, const Job& job);

} // namespace dant
