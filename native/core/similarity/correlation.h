#pragma once
#include "core/job/job.h"

#include <cstdint>
#include <span>

namespace dant {

/// Fisher z (N, N) of the Pearson correlations between the rows of a table (N, L); diagonal 6. A row that holds NaN, or
/// has no variance, has 0 with every other. Double precision, rounded at the end.
void correlateRows(const Job& job, std::span<const double> rows, size_t count, std::span<float> similarity);

/// The same over the columns that are not NaN in both rows. Throws InputError if two rows have no such column, naming
/// them by `names` (N).
void correlateRowsWithGaps(const Job& job, std::span<const double> rows, size_t count, std::span<const int32_t> names,
                           std::span<float> similarity);

} // namespace dant
