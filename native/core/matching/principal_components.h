#pragma once
#include "core/job/job.h"

#include <span>

namespace dant {

/// Scores (n, components) of the rows (n, L) on their leading principal components, largest variance first. The rows
/// are brought to unit norm first (`centreRows`: each row less its mean before that), so that only their shape counts;
/// a row without variance or with NaN is taken as the mean of the others. Missing components (more than L) are 0.
void principalComponents(const Job& job, std::span<const double> rows, size_t count, bool centreRows, size_t components,
                         std::span<double> scores);

} // namespace dant
