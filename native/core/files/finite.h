#pragma once
#include "core/job/job.h"

#include <cstdint>
#include <span>

namespace dant {

/// notFinite[r] = 1 if row r of `values` (rows of equal length, one for each element of notFinite) holds NaN or
/// infinity, else 0. Throws InputError if the values do not make whole rows.
void findNonFiniteRows(const Job& job, std::span<const float> values, std::span<uint8_t> notFinite);
void findNonFiniteRows(const Job& job, std::span<const double> values, std::span<uint8_t> notFinite);

} // namespace dant
