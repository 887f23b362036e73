// Prim's algorithm and min-plus products.
#include "core/simd/vectors.h"

namespace {

// Rows of a min-plus product that are worked on together.
constexpr int minPlusRows = DANT_REGISTERS >= 32 ? 4 : 2;

/// Some vectors of columns, from `column` on, of some rows: each load serves them all.
template <int Rows, int Vectors, class Vector> inline void
updateBlock(size_t count, const double* const* scalars, const double* const* rows, size_t column, double* const* out) {
  constexpr size_t lanes = sizeof(Vector) / sizeof(double);
  Vector least[Rows][Vectors];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) least[r][v] = loadAs<Vector>(out[r] + column + v * lanes);
  for (size_t p = 0; p < count; ++p) {
    Vector row[Vectors];
    for (int v = 0; v < Vectors; ++v) row[v] = loadAs<Vector>(rows[p] + column + v * lanes);
    for (int r = 0; r < Rows; ++r)
      for (int v = 0; v < Vectors; ++v) least[r][v] = smaller(scalars[r][p] + row[v], least[r][v]);
  }
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) store(out[r] + column + v * lanes, least[r][v]);
}

template <int Rows> void updateColumns(size_t count, const double* const* scalars, const double* const* rows,
                                       size_t width, double* const* out) {
  constexpr int vectors = 4;
  size_t j = 0;
  for (; j + vectors * lanesD <= width; j += vectors * lanesD)
    updateBlock<Rows, vectors, VectorD>(count, scalars, rows, j, out);
  for (; j + lanesD <= width; j += lanesD) updateBlock<Rows, 1, VectorD>(count, scalars, rows, j, out);
  for (; j < width; ++j) updateBlock<Rows, 1, double>(count, scalars, rows, j, out);
}

/// Some rows x with some rows y: each load serves all rows of the other side.
template <int Rows>
inline void productBlock(const double* const* x, const double* const* y, size_t count, double* out, size_t stride) {
  VectorD least[Rows][Rows];
  for (int i = 0; i < Rows; ++i)
    for (int j = 0; j < Rows; ++j) least[i][j] = __builtin_inf() + VectorD{};
  size_t k = 0;
  for (; k + lanesD <= count; k += lanesD) {
    VectorD ys[Rows];
    for (int j = 0; j < Rows; ++j) ys[j] = load(y[j] + k);
    for (int i = 0; i < Rows; ++i) {
      const VectorD xs = load(x[i] + k);
      for (int j = 0; j < Rows; ++j) least[i][j] = smaller(xs + ys[j], least[i][j]);
    }
  }
  for (int i = 0; i < Rows; ++i) {
    for (int j = 0; j < Rows; ++j) {
      double smallest = least[i][j][0];
      for (int lane = 1; lane < lanesD; ++lane) smallest = smaller<double>(least[i][j][lane], smallest);
      for (size_t rest = k; rest < count; ++rest) smallest = smaller(x[i][rest] + y[j][rest], smallest);
      out[i * stride + j] = smallest;
    }
  }
}

} // namespace

namespace dant::DANT_LEVEL {

size_t primStep(size_t first, size_t last, const float* const* rows, const double* weights, int features, double* best,
                double* most) {
  constexpr size_t block = 8 * lanesD;
  // Rows come in any order, so that the processor predicts neither their beginnings nor their next pages.
  constexpr size_t prefetched = 512, line = 16;
  const double nothing = -__builtin_inf();
  // Of each lane, the largest and the first block that holds it. Nothing is larger than NaN.
  VectorD tops = nothing - VectorD{};
  VectorI blockOfTop = static_cast<long long>(first) + VectorI{};
  size_t j = first;
  for (; j + block <= last; j += block) {
    for (int f = 0; f < features; ++f)
      for (size_t ahead = prefetched; ahead < prefetched + block; ahead += line)
        __builtin_prefetch(rows[f] + j + ahead);
    VectorD top = nothing - VectorD{};
    for (size_t i = j; i < j + block; i += lanesD) {
      VectorD sum = weights[0] * loadWide(rows[0] + i);
      for (int f = 1; f < features; ++f) sum += weights[f] * loadWide(rows[f] + i);
      const VectorD before = load(best + i);
      const VectorD now = sum > before ? sum : before;
      store(best + i, now);
      top = now > top ? now : top;
    }
    const VectorI isLarger = top > tops;
    tops = isLarger ? top : tops;
    blockOfTop = isLarger ? static_cast<long long>(j) + VectorI{} : blockOfTop;
  }
  double largest = nothing;
  size_t where = first;
  for (int lane = 0; lane < lanesD; ++lane) {
    const auto at = static_cast<size_t>(blockOfTop[lane]);
    if (tops[lane] > largest || (tops[lane] == largest && at < where)) {
      largest = tops[lane];
      where = at;
    }
  }
  if (largest > nothing)
    while (best[where] != largest) ++where;
  for (; j < last; ++j) {
    double sum = weights[0] * rows[0][j];
    for (int f = 1; f < features; ++f) sum += weights[f] * rows[f][j];
    if (sum > best[j]) best[j] = sum;
    if (best[j] > largest) {
      largest = best[j];
      where = j;
    }
  }
  *most = largest;
  return where;
}

void minPlusUpdate(size_t outRows, size_t count, const double* const* scalars, const double* const* rows, size_t width,
                   double* const* out) {
  size_t r = 0;
  for (; r + minPlusRows <= outRows; r += minPlusRows)
    updateColumns<minPlusRows>(count, scalars + r, rows, width, out + r);
  for (; r < outRows; ++r) updateColumns<1>(count, scalars + r, rows, width, out + r);
}

void minPlusProduct(size_t xs, const double* const* x, size_t ys, const double* const* y, size_t count, double* out) {
  constexpr size_t step = minPlusRows;
  for (size_t i = 0; i < xs;) {
    const bool whole = i + step <= xs;
    size_t j = 0;
    if (whole)
      for (; j + step <= ys; j += step) productBlock<minPlusRows>(x + i, y + j, count, out + i * ys + j, ys);
    const size_t end = whole ? i + step : i + 1;
    for (size_t row = i; row < end; ++row)
      for (size_t rest = j; rest < ys; ++rest) productBlock<1>(x + row, y + rest, count, out + row * ys + rest, ys);
    i = end;
  }
}

} // namespace dant::DANT_LEVEL
