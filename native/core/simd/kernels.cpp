// Compiled once per instruction set, with DANT_LEVEL (name), DANT_VECTOR_BYTES and DANT_REGISTERS set by
// CMakeLists.txt. Everything but the table is local to this file: templates and functions of different levels must
// never be merged by the linker. So: no standard headers with templates, no Eigen.
#include "core/simd/kernels.h"

namespace {

constexpr int vectorBytes = DANT_VECTOR_BYTES;
typedef float VectorF __attribute__((vector_size(vectorBytes)));
typedef double VectorD __attribute__((vector_size(vectorBytes)));
typedef float HalfF __attribute__((vector_size(vectorBytes / 2)));
// Loads and stores need no alignment beyond that of an element.
typedef float UnalignedF __attribute__((vector_size(vectorBytes), aligned(4), may_alias));
typedef double UnalignedD __attribute__((vector_size(vectorBytes), aligned(8), may_alias));
typedef float UnalignedHalfF __attribute__((vector_size(vectorBytes / 2), aligned(4), may_alias));

constexpr int lanesF = vectorBytes / 4;
constexpr int lanesD = vectorBytes / 8;

inline VectorF load(const float* p) { return *reinterpret_cast<const UnalignedF*>(p); }
inline VectorD load(const double* p) { return *reinterpret_cast<const UnalignedD*>(p); }
inline VectorD loadWide(const float* p) {
  return __builtin_convertvector(static_cast<HalfF>(*reinterpret_cast<const UnalignedHalfF*>(p)), VectorD);
}
inline void store(float* p, VectorF v) { *reinterpret_cast<UnalignedF*>(p) = v; }
inline void store(double* p, VectorD v) { *reinterpret_cast<UnalignedD*>(p) = v; }

// Two vectors of columns; as many rows as leave registers for the columns and a broadcast.
constexpr int columnsF = 2;
constexpr int width = columnsF * lanesF;
constexpr int maxRows = DANT_REGISTERS >= 32 ? 14 : 6;
constexpr int columnsExact = width / lanesD;
constexpr int maxRowsF64 = DANT_REGISTERS >= 32 ? 6 : 3;
constexpr int columnsF64 = 2;
constexpr int widthF64 = columnsF64 * lanesD;
constexpr int rowsF64 = widthF64 >= 8 ? widthF64 / 2 : widthF64;

constexpr size_t chunk = 128;

template <int Rows>
void dotsOf(const float* a, const float* const* segments, size_t segmentCount, size_t samples, float* out) {
  VectorF total[Rows][columnsF] = {};
  for (size_t s = 0; s < segmentCount;) {
    VectorF sum[Rows][columnsF] = {};
    for (size_t terms = 0; s < segmentCount && terms < chunk; terms += samples) {
      const float* b = segments[s++];
      for (size_t t = 0; t < samples; ++t) {
        const VectorF b0 = load(b);
        const VectorF b1 = load(b + lanesF);
        for (int r = 0; r < Rows; ++r) {
          sum[r][0] += a[r] * b0;
          sum[r][1] += a[r] * b1;
        }
        a += Rows;
        b += width;
      }
    }
    for (int r = 0; r < Rows; ++r)
      for (int c = 0; c < columnsF; ++c) total[r][c] += sum[r][c];
  }
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < columnsF; ++c) store(out + r * width + c * lanesF, total[r][c]);
}

template <int Rows>
void dotsExactOf(const double* a, const float* const* segments, size_t segmentCount, size_t samples, double* out) {
  VectorD sum[Rows][columnsExact] = {};
  for (size_t s = 0; s < segmentCount; ++s) {
    const float* b = segments[s];
    for (size_t t = 0; t < samples; ++t) {
      VectorD column[columnsExact];
      for (int c = 0; c < columnsExact; ++c) column[c] = loadWide(b + c * lanesD);
      for (int r = 0; r < Rows; ++r)
        for (int c = 0; c < columnsExact; ++c) sum[r][c] += a[r] * column[c];
      a += Rows;
      b += width;
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < columnsExact; ++c) store(out + r * width + c * lanesD, sum[r][c]);
}

// The number of rows is a template argument, so that the sums stay in registers: find the instance.
template <int Rows = 1>
void dots(const float* a, int rows, const float* const* segments, size_t segmentCount, size_t samples, float* out) {
  if (rows == Rows) return dotsOf<Rows>(a, segments, segmentCount, samples, out);
  if constexpr (Rows < maxRows) dots<Rows + 1>(a, rows, segments, segmentCount, samples, out);
}

template <int Rows = 1> void dotsExact(const double* a, int rows, const float* const* segments, size_t segmentCount,
                                       size_t samples, double* out) {
  if (rows == Rows) return dotsExactOf<Rows>(a, segments, segmentCount, samples, out);
  if constexpr (Rows < maxRowsF64) dotsExact<Rows + 1>(a, rows, segments, segmentCount, samples, out);
}

void dotsF64(const double* a, size_t stride, const double* b, size_t length, double* out) {
  VectorD sum[rowsF64][columnsF64] = {};
  for (size_t k = 0; k < length; ++k) {
    const VectorD b0 = load(b);
    const VectorD b1 = load(b + lanesD);
    for (int r = 0; r < rowsF64; ++r) {
      sum[r][0] += a[r] * b0;
      sum[r][1] += a[r] * b1;
    }
    a += stride;
    b += widthF64;
  }
  for (int r = 0; r < rowsF64; ++r)
    for (int c = 0; c < columnsF64; ++c) store(out + r * widthF64 + c * lanesD, sum[r][c]);
}

void combineRows(size_t samples, size_t rows, const int32_t* start, const int32_t* indices, const double* coefficients,
                 const double* source, double* out) {
  constexpr size_t vectors = 8;
  constexpr size_t block = vectors * lanesD;
  for (size_t row = 0; row < rows; ++row) {
    const int32_t first = start[row], last = start[row + 1];
    double* to = out + row * samples;
    size_t t = 0;
    for (; t + block <= samples; t += block) {
      VectorD sum[vectors] = {};
      for (int32_t e = first; e < last; ++e) {
        const double* from = source + static_cast<size_t>(indices[e]) * samples + t;
        for (size_t v = 0; v < vectors; ++v) sum[v] += coefficients[e] * load(from + v * lanesD);
      }
      for (size_t v = 0; v < vectors; ++v) store(to + t + v * lanesD, sum[v]);
    }
    for (; t + lanesD <= samples; t += lanesD) {
      VectorD sum = {};
      for (int32_t e = first; e < last; ++e)
        sum += coefficients[e] * load(source + static_cast<size_t>(indices[e]) * samples + t);
      store(to + t, sum);
    }
    for (; t < samples; ++t) {
      double sum = 0;
      for (int32_t e = first; e < last; ++e)
        sum += coefficients[e] * source[static_cast<size_t>(indices[e]) * samples + t];
      to[t] = sum;
    }
  }
}

size_t absorb(size_t count, const float* const* rows, const double* weights, int features, double* best,
              const double* closed) {
  constexpr size_t block = 8 * lanesD;
  const double nothing = -__builtin_inf();
  double largest = nothing;
  size_t where = 0;
  size_t j = 0;
  for (; j + block <= count; j += block) {
    VectorD top = nothing - VectorD{};
    for (size_t i = j; i < j + block; i += lanesD) {
      VectorD sum = weights[0] * loadWide(rows[0] + i);
      for (int f = 1; f < features; ++f) sum += weights[f] * loadWide(rows[f] + i);
      const VectorD before = load(best + i);
      const VectorD now = sum > before ? sum : before;
      store(best + i, now);
      const VectorD open = now + load(closed + i);
      top = open > top ? open : top;
    }
    double blockTop = top[0];
    for (int lane = 1; lane < lanesD; ++lane) blockTop = top[lane] > blockTop ? top[lane] : blockTop;
    if (blockTop > largest) {
      largest = blockTop;
      where = j;
    }
  }
  const size_t tail = j;
  for (; j < count; ++j) {
    double sum = weights[0] * rows[0][j];
    for (int f = 1; f < features; ++f) sum += weights[f] * rows[f][j];
    if (sum > best[j]) best[j] = sum;
    const double open = best[j] + closed[j];
    if (open > largest) {
      largest = open;
      where = j;
    }
  }
  if (where < tail) {
    while (!(best[where] + closed[where] == largest)) ++where;
  }
  return where;
}

} // namespace

#define DANT_JOIN2(a, b) a##b
#define DANT_JOIN(a, b) DANT_JOIN2(a, b)
#define DANT_TEXT2(a) #a
#define DANT_TEXT(a) DANT_TEXT2(a)

namespace dant {

extern const Kernels DANT_JOIN(kernels_, DANT_LEVEL);
const Kernels DANT_JOIN(kernels_, DANT_LEVEL) = {
    DANT_TEXT(DANT_LEVEL), width,   widthF64,    maxRows, maxRowsF64, rowsF64, dots<>,
    dotsExact<>,           dotsF64, combineRows, absorb,
};

} // namespace dant
