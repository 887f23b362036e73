#include "core/import/raw_samples.h"

#include <algorithm>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

#ifdef __SSE2__
constexpr size_t square = 8;

/// Eight rows of eight samples become eight columns.
void transposeSquare(const int16_t* from, size_t fromStep, int16_t* to, size_t toStep) {
  __m128i a[square], b[square];
  for (size_t i = 0; i < square; ++i) a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i * fromStep));
  for (size_t i = 0; i < 4; ++i) {
    b[2 * i] = _mm_unpacklo_epi16(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm_unpackhi_epi16(a[2 * i], a[2 * i + 1]);
  }
  for (size_t i = 0; i < 2; ++i) {
    for (size_t half = 0; half < 2; ++half) {
      a[4 * i + 2 * half] = _mm_unpacklo_epi32(b[4 * i + half], b[4 * i + 2 + half]);
      a[4 * i + 2 * half + 1] = _mm_unpackhi_epi32(b[4 * i + half], b[4 * i + 2 + half]);
    }
  }
  for (size_t i = 0; i < 4; ++i) {
    b[2 * i] = _mm_unpacklo_epi64(a[i], a[4 + i]);
    b[2 * i + 1] = _mm_unpackhi_epi64(a[i], a[4 + i]);
  }
  for (size_t i = 0; i < square; ++i) _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i * toStep), b[i]);
}
#endif

/// Of `count` columns that follow each other, `rows` rows.
void transposeTile(const int16_t* from, size_t fromStep, size_t rows, size_t count, int16_t* to, size_t toStep) {
  size_t c = 0;
#ifdef __SSE2__
  for (; c + square <= count; c += square) {
    size_t r = 0;
    for (; r + square <= rows; r += square)
      transposeSquare(from + r * fromStep + c, fromStep, to + c * toStep + r, toStep);
    for (; r < rows; ++r)
      for (size_t k = c; k < c + square; ++k) to[k * toStep + r] = from[r * fromStep + k];
  }
#endif
  for (; c < count; ++c)
    for (size_t r = 0; r < rows; ++r) to[c * toStep + r] = from[r * fromStep + c];
}

/// How many of the channels from `first` to before `last` follow each other in the file.
size_t runLength(std::span<const int32_t> channels, size_t first, size_t last) {
  size_t count = 1;
  while (first + count < last && channels[first + count] == channels[first] + static_cast<int32_t>(count)) ++count;
  return count;
}

void transpose(const Job& job, const RawPiece& piece, std::span<const int32_t> channels, const RawBlock& block,
               size_t at) {
  constexpr size_t rowsAtOnce = 64 * tileRows;
  parallelFor(job, (piece.rows + rowsAtOnce - 1) / rowsAtOnce, [&](size_t part) {
    const size_t last = std::min(piece.rows, (part + 1) * rowsAtOnce);
    for (size_t r0 = part * rowsAtOnce; r0 < last; r0 += tileRows) {
      const size_t rows = std::min(tileRows, last - r0);
      for (size_t c0 = 0; c0 < channels.size(); c0 += tileChannels) {
        const size_t c1 = std::min(channels.size(), c0 + tileChannels);
        for (size_t c = c0; c < c1;) {
          const size_t count = runLength(channels, c, c1);
          transposeTile(piece.samples.data() + r0 * piece.columns + static_cast<size_t>(channels[c]), piece.columns,
                        rows, count, block.channel(c) + at + r0, block.capacity);
          c += count;
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
