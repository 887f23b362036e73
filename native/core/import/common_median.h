#pragma once
#include "core/import/filter.h"
#include "core/import/raw_samples.h"

#include <span>

namespace dant {

/// Of the rows first … first + medians.size() − 1 of a block, the median over all channels of the filtered samples in
/// µV; of an even number of channels, the mean of the two in the middle. `rows` rows of the block are filled.
/// `filter`: null if the samples are filtered already; then `baselines` (channels) is subtracted.
void commonMedians(const Job& job, const RawBlock& block, size_t rows, size_t first, const ZeroPhaseHighPass* filter,
                   std::span<const double> baselines, std::span<const double> uvPerBit, std::span<float> medians);

} // namespace dant
