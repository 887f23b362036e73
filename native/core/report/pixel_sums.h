#pragma once
#include "core/report/block_of_rows.h"

#include <cstdint>
#include <span>

namespace dant {

/// Adds the values of pairs of different units of the same part to the sums of their pixels, in the order of the
/// matrix.
/// @param partOf (units) part of the probe of each unit
/// @param pixelOf (units) row, and column, of pixels of each unit: 0 … side − 1
/// @param sums (side, side)
/// Throws InputError if lengths do not fit or there is no such pixel.
void addToPixels(const BlockOfRows& block, std::span<const int32_t> partOf, std::span<const int32_t> pixelOf,
                 size_t side, std::span<double> sums);

} // namespace dant
