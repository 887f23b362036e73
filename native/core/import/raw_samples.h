#pragma once
#include "core/job/job.h"
#include "core/simd/kernels.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace dant {

/// A piece of a raw recording as it lies in a file.
struct RawPiece {
  std::span<int16_t> samples; ///< (rows, columns), or (columns, rows) if columnMajor
  size_t rows, columns;
  bool columnMajor;
};

/// Samples of some channels, in tiles of tileChannels channels side by side; the last tile may have unused ones.
struct RawBlock {
  std::span<int16_t> samples; ///< (tiles, capacity, tileChannels)
  size_t channels, capacity;

  size_t tiles() const { return tilesOf(channels); }
  int16_t* tile(size_t t) const { return samples.data() + t * capacity * tileChannels; }
  static size_t tilesOf(size_t channels) { return (channels + tileChannels - 1) / tileChannels; }
};

/// Samples that are differences to the row before (but for the first row) and to the column before (but for the first
/// column) become the samples themselves; they wrap as 16-bit numbers do. mtscomp writes such files.
void sumDifferences(const Job& job, const RawPiece& piece, bool alongTime, bool acrossColumns);

/// Copies the columns `channels` of the rows first … first + count − 1 of a piece to the rows from `at` on of the
/// block.
void takeSamples(const Job& job, const RawPiece& piece, size_t first, size_t count, std::span<const int32_t> channels,
                 const RawBlock& block, size_t at);

/// The same of rows (rows, columns) that are in a row-major piece of memory, on the calling thread.
void takeRows(const int16_t* samples, size_t rows, size_t columns, std::span<const int32_t> channels,
              const RawBlock& block, size_t at);

} // namespace dant
