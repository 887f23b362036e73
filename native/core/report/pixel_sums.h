#pragma once
#include "core/report/block_of_rows.h"

#include <cstdint>
#include <span>
#include <utility>

namespace dant {

/// Adds the values of pairs of different units of the same part to the sums of their pixels, in the order of the
/// matrix.
/// @param partOf (units) part of the probe of each unit
/// @param pixelOf (units) row, and column, of pixels of each unit: 0 … side − 1
/// @param sums (side, side)
/// Throws InputError if lengths do not fit or there is no such pixel.
void addToPixels(const BlockOfRows& block, std::span<const int32_t> partOf, std::span<const int32_t> pixelOf,
                 size_t side, std::span<double> sums);

/// Shades of the means of the pixels (side, side), 0 … `shades` − 1 (at most 256), from the smallest mean to what 98 %
/// of the means are not above. Pixels without a pair of units that were compared take the last shade, those on the
/// diagonal the first.
/// @returns the values of the first and the last shade; 0 and 1 if no units were compared
/// Throws InputError as `addToPixels`.
std::pair<double, double> shadePixels(std::span<const double> sums, std::span<const int32_t> partOf,
                                      std::span<const int32_t> pixelOf, size_t side, size_t shades,
                                      std::span<uint8_t> shadeOf);

} // namespace dant
