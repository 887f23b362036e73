#pragma once
#include "core/job/job.h"

#include <span>

namespace dant {

/// Sums over the rows of a table, of each of its columns.
struct ColumnSums {
  std::span<const double> origin; ///< that is subtracted first: sums of differences to it lose fewer digits
  std::span<double> sums;
  std::span<double> squares;
};

/// Adds the differences of `rows` (·, columns) to the origin, and their squares, to the sums.
template <class Value> void addToSums(const Job& job, std::span<const Value> rows, const ColumnSums& totals);

} // namespace dant
