#pragma once
#include "core/job/job.h"

#include <cstdint>
#include <span>

namespace dant {

/// The median of each row of `values` (rows, length): the mean of the middle two if the length is even.
void rowMedians(const Job& job, std::span<const float> values, size_t length, std::span<double> medians);

/// (sample − offset) · scale of some columns of `samples` (rows, columns), minus the median over them in each row; to
/// `referenced` (rows, wanted).
template <class Sample> void subtractRowMedians(const Job& job, std::span<const Sample> samples, size_t columns,
                                                std::span<const int32_t> wanted, std::span<const double> offsets,
                                                std::span<const double> scales, std::span<double> referenced);

} // namespace dant
