#include "core/import/raw_samples.h"

#include <algorithm>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace dant {

namespace {

int16_t wrapped(int a, int b) { return static_cast<int16_t>(static_cast<uint16_t>(a + b)); }

/// A part of a piece, for one thread.
constexpr size_t rowsAtOnce = 1024;

size_t partsOf(size_t rows) { return (rows + rowsAtOnce - 1) / rowsAtOnce; }

void sumColumns(const Job& job, const RawPiece& piece) {
  const size_t rowStep = piece.columnMajor ? 1 : piece.columns;
  const size_t columnStep = piece.columnMajor ? piece.rows : 1;
  parallelFor(job, partsOf(piece.rows), [&](size_t part) {
    const size_t end = std::min(piece.rows, (part + 1) * rowsAtOnce);
    for (size_t c = 1; c < piece.columns; ++c) {
      for (size_t r = part * rowsAtOnce; r < end; ++r) {
        int16_t* const sample = piece.samples.data() + r * rowStep + c * columnStep;
        *sample = wrapped(*sample, *(sample - columnStep));
      }
    }
  });
}

void sumRows(const Job& job, const RawPiece& piece) {
  if (piece.columnMajor) {
    parallelFor(job, piece.columns, [&](size_t c) {
      int16_t sum = 0;
      for (int16_t& sample : piece.samples.subspan(c * piece.rows, piece.rows)) sample = sum = wrapped(sum, sample);
    });
    return;
  }
  for (size_t r = 1; r < piece.rows; ++r) {
    if (r % rowsAtOnce == 0) job.throwIfAborted();
    int16_t* const row = piece.samples.data() + r * piece.columns;
    for (size_t c = 0; c < piece.columns; ++c) row[c] = wrapped(row[c], *(row + c - piece.columns));
  }
}

constexpr size_t square = 8;

/// Eight runs of eight samples, `fromStep` apart, become eight rows of eight, `toStep` apart.
void transposeSquare(const int16_t* from, size_t fromStep, int16_t* to, size_t toStep) {
#ifdef __SSE2__
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
#else
  for (size_t i = 0; i < square; ++i)
    for (size_t k = 0; k < square; ++k) to[k * toStep + i] = from[i * fromStep + k];
#endif
}

/// How many of the channels from `first` to before `last` follow each other in the file.
size_t runLength(std::span<const int32_t> channels, size_t first, size_t last) {
  size_t count = 1;
  while (first + count < last && channels[first + count] == channels[first] + static_cast<int32_t>(count)) ++count;
  return count;
}

/// Rows first … first + count − 1 of columns, each of which lies in one piece.
void takeColumns(const RawPiece& piece, size_t first, size_t count, std::span<const int32_t> channels,
                 const RawBlock& block, size_t at) {
  for (size_t c = 0; c < channels.size();) {
    int16_t* const to = block.tile(c / tileChannels) + at * tileChannels + c % tileChannels;
    const int16_t* const from = piece.samples.data() + static_cast<size_t>(channels[c]) * piece.rows + first;
    const size_t last = std::min(channels.size(), c - c % tileChannels + tileChannels);
    const size_t together = runLength(channels, c, last) >= square ? square : 1;
    size_t r = 0;
    if (together == square) {
      for (; r + square <= count; r += square)
        transposeSquare(from + r, piece.rows, to + r * tileChannels, tileChannels);
    }
    for (; r < count; ++r)
      for (size_t k = 0; k < together; ++k) to[r * tileChannels + k] = from[k * piece.rows + r];
    c += together;
  }
}

} // namespace

void takeRows(const int16_t* samples, size_t rows, size_t columns, std::span<const int32_t> channels,
              const RawBlock& block, size_t at) {
  for (size_t t = 0; t < block.tiles(); ++t) {
    const size_t begin = t * tileChannels;
    const size_t end = std::min(channels.size(), begin + tileChannels);
    int16_t* to = block.tile(t) + at * tileChannels;
    const int16_t* from = samples;
    if (end - begin == tileChannels && runLength(channels, begin, end) == tileChannels) {
      from += channels[begin];
      for (size_t r = 0; r < rows; ++r, from += columns, to += tileChannels) {
        std::memcpy(to, from, tileChannels * sizeof(int16_t));
      }
    } else {
      for (size_t r = 0; r < rows; ++r, from += columns, to += tileChannels)
        for (size_t c = begin; c < end; ++c) to[c - begin] = from[channels[c]];
    }
  }
}

void sumDifferences(const Job& job, const RawPiece& piece, bool alongTime, bool acrossColumns) {
  if (acrossColumns) sumColumns(job, piece);
  if (alongTime) sumRows(job, piece);
}

void takeSamples(const Job& job, const RawPiece& piece, size_t first, size_t count, std::span<const int32_t> channels,
                 const RawBlock& block, size_t at) {
  parallelFor(job, partsOf(count), [&](size_t part) {
    const size_t r = part * rowsAtOnce;
    const size_t rows = std::min(rowsAtOnce, count - r);
    if (piece.columnMajor) takeColumns(piece, first + r, rows, channels, block, at + r);
    else takeRows(piece.samples.data() + (first + r) * piece.columns, rows, piece.columns, channels, block, at + r);
  });
}

} // namespace dant
