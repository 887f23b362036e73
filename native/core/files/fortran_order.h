#pragma once
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace dant {

/// Puts part of an array from Fortran order (the first axis runs fastest) into C order (the last one does).
/// `slab` holds, in Fortran order, the slices firstSlice, firstSlice + 1, … of the last axis; they go to their places
/// in `target`, the whole array of `shape` in C order. Elements have itemBytes = 1, 2, 4 or 8 bytes and are aligned.
/// Throws InputError if the lengths do not fit the shape.
void fortranToC(const Job& job, std::span<const uint8_t> slab, std::span<uint8_t> target, std::span<const double> shape,
                size_t itemBytes, size_t firstSlice);

} // namespace dant
