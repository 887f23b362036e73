#include "core/import/raw_samples.h"

#include <algorithm>
#include <cstring>

namespace dant {

namespace {

int16_t wrapped(int a, int b) { return static_cast<int16_t>(static_cast<uint16_t>(a + b)); }

void sumColumns(const Job& job, const RawPiece& piece) {
  const size_t rowStep = piece.columnMajor ? 1 : piece.columns;
  const size_t columnStep = piece.columnMajor ? piece.rows : 1;
  constexpr size_t rowsAtOnce = 1024;
  parallelFor(job, (piece.rows + rowsAtOnce - 1) / rowsAtOnce, [&](size_t part) {
    const size_t end = std::min(piece.rows, (part + 1) * rowsAtOnce);
    for (size_t c = 1; c < piece.columns; ++c) {
      for (size_t r = part * rowsAtOnce; r < end; ++r) {
        int16_t* const sample = piece.samples.data() + r * rowStep + c * columnStep;
        *sample = wrapped(*sample, *(sample - columnStep));
      }
    }
  });
}

/// A tile fits the first cache, whole lines of both sides.
constexpr size_t tileRows = 64;
constexpr size_t tileChannels = 32;

void transpose(const Job& job, const RawPiece& piece, std::span<const int32_t> channels, const RawBlock& block,
               size_t at) {
  constexpr size_t rowsAtOnce = 64 * tileRows;
  parallelFor(job, (piece.rows + rowsAtOnce - 1) / rowsAtOnce, [&](size_t part) {
    const size_t last = std::min(piece.rows, (part + 1) * rowsAtOnce);
    for (size_t r0 = part * rowsAtOnce; r0 < last; r0 += tileRows) {
      const size_t rows = std::min(tileRows, last - r0);
      for (size_t c0 = 0; c0 < channels.size(); c0 += tileChannels) {
        const size_t c1 = std::min(channels.size(), c0 + tileChannels);
        for (size_t c = c0; c < c1; ++c) {
          const int16_t* from = piece.samples.data() + r0 * piece.columns + static_cast<size_t>(channels[c]);
          int16_t* const to = block.channel(c) + at + r0;
          for (size_t r = 0; r < rows; ++r, from += piece.columns) to[r] = *from;
        }
      }
    }
  });
}

} // namespace

void takeSamples(const Job& job, const RawPiece& piece, std::span<const int32_t> channels, const RawBlock& block,
                 size_t at) {
  if (piece.columnDifferences) sumColumns(job, piece);
  if (!piece.columnMajor) transpose(job, piece, channels, block, at);
  if (!piece.columnMajor && !piece.timeDifferences) return;
  parallelFor(job, channels.size(), [&](size_t c) {
    int16_t* const to = block.channel(c) + at;
    if (piece.columnMajor) {
      std::copy_n(piece.samples.data() + static_cast<size_t>(channels[c]) * piece.rows, piece.rows, to);
    }
    if (!piece.timeDifferences) return;
    int16_t sum = 0;
    for (size_t r = 0; r < piece.rows; ++r) to[r] = sum = wrapped(sum, to[r]);
  });
}

void keepSamples(const Job& job, const RawBlock& block, size_t filled, size_t count) {
  parallelFor(job, block.channels, [&](size_t c) {
    int16_t* const samples = block.channel(c);
    std::memmove(samples, samples + filled - count, count * sizeof(int16_t));
  });
}

} // namespace dant
