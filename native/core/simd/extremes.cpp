// The larger and the smaller of numbers in rows and across the diagonal of a matrix.
#include "core/simd/vectors.h"

namespace {

/// Of a number of rows, as many as a vector has lanes: what one lane of each of their vectors says.
template <class Pick> inline VectorF acrossLanes(VectorF (&rows)[lanesF], const Pick& pick) {
  transpose(rows);
  VectorF picked = rows[0];
  for (int i = 1; i < lanesF; ++i) picked = pick(rows[i], picked);
  return picked;
}

/// Of a square of lanesF × lanesF elements and of its mirror image across the diagonal.
inline void symmetriseSquare(float* square, float* mirror, size_t stride) {
  VectorF both[lanesF];
#pragma GCC unroll 16
  for (int i = 0; i < lanesF; ++i) both[i] = load(mirror + static_cast<size_t>(i) * stride);
  transpose(both);
#pragma GCC unroll 16
  for (int i = 0; i < lanesF; ++i) {
    float* row = square + static_cast<size_t>(i) * stride;
    both[i] = larger(load(row), both[i]);
    store(row, both[i]);
  }
  transpose(both);
#pragma GCC unroll 16
  for (int i = 0; i < lanesF; ++i) store(mirror + static_cast<size_t>(i) * stride, both[i]);
}

} // namespace

namespace dant::DANT_LEVEL {

void ranges(const float* values, size_t rows, size_t samples, float* range) {
  // The processor prefetches no further than to the end of a page.
  constexpr size_t prefetched = 512;
  size_t row = 0;
  for (; row + lanesF <= rows && samples >= static_cast<size_t>(lanesF); row += lanesF) {
    VectorF low[lanesF], high[lanesF];
    for (int i = 0; i < lanesF; ++i, values += samples) {
      low[i] = high[i] = load(values);
      for (size_t t = lanesF; t < samples; t += lanesF) {
        // The last vector may overlap the one before.
        const float* at = values + (t + lanesF <= samples ? t : samples - lanesF);
        __builtin_prefetch(at + prefetched);
        low[i] = smaller(load(at), low[i]);
        high[i] = larger(load(at), high[i]);
      }
    }
    store(range + row, acrossLanes(high, larger<VectorF>) - acrossLanes(low, smaller<VectorF>));
  }
  for (; row < rows; ++row, values += samples) {
    float low = values[0], high = values[0];
    for (size_t t = 1; t < samples; ++t) {
      low = smaller(values[t], low);
      high = larger(values[t], high);
    }
    range[row] = high - low;
  }
}

void symmetrise(float* matrix, size_t count, size_t firstRow, size_t rows, size_t firstColumn, size_t columns) {
  const auto at = [&](size_t i, size_t j) { return matrix + i * count + j; };
  const auto single = [&](size_t i, size_t j) { *at(i, j) = *at(j, i) = larger(*at(i, j), *at(j, i)); };
  const size_t lastRow = firstRow + rows, lastColumn = firstColumn + columns;
  size_t i = firstRow;
  for (; i + lanesF <= lastRow; i += lanesF) {
    size_t j = firstColumn;
    for (; j + lanesF <= lastColumn; j += lanesF) symmetriseSquare(at(i, j), at(j, i), count);
    for (; j < lastColumn; ++j)
      for (size_t k = i; k < i + lanesF; ++k) single(k, j);
  }
  for (; i < lastRow; ++i)
    for (size_t j = firstColumn; j < lastColumn; ++j) single(i, j);
}

} // namespace dant::DANT_LEVEL
