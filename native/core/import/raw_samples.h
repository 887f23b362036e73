#pragma once
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace dant {

/// A piece of a raw recording as it lies in a file.
struct RawPiece {
  std::span<int16_t> samples; ///< (rows, columns), or (columns, rows) if columnMajor
  size_t rows, columns;
  bool columnMajor;
  /// The samples are differences to the row before (but for the first row) and to the column before (but for the first
  /// column); they wrap as 16-bit numbers do. mtscomp writes such files.
  bool timeDifferences, columnDifferences;
};

/// Samples of some columns, one channel after the other.
struct RawBlock {
  std::span<int16_t> samples; ///< (channels, capacity)
  size_t channels, capacity;

  int16_t* channel(size_t c) const { return samples.data() + c * capacity; }
};

/// Copies the columns `channels` of a piece to samples at … at + rows − 1 of the block. Sums the differences, of
/// columns in the piece itself.
void takeSamples(const Job& job, const RawPiece& piece, std::span<const int32_t> channels, const RawBlock& block,
                 size_t at);

/// The last `count` of `filled` samples of each channel become its first ones.
void keepSamples(const Job& job, const RawBlock& block, size_t filled, size_t count);

} // namespace dant
