// Products of rows with panels of rows.
#include "core/simd/vectors.h"

namespace {

constexpr size_t chunk = 128;
constexpr int tileVectorsD = static_cast<int>(dant::tileChannels) / lanesD;

inline VectorD loadWide(const int16_t* p) {
#if DANT_VECTOR_BYTES == 64
  const __m128i whole = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return reinterpret_cast<VectorD>(_mm512_maskz_cvtepi32_pd(0xFF, _mm256_cvtepi16_epi32(whole)));
#elif DANT_VECTOR_BYTES == 32
  const __m128i whole = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  return reinterpret_cast<VectorD>(_mm256_cvtepi32_pd(_mm_cvtepi16_epi32(whole)));
#else
  return VectorD{static_cast<double>(p[0]), static_cast<double>(p[1])};
#endif
}

/// Prefetches memory in small steps: of many prefetches at once, most would have to wait for the rest.
class Prefetcher {
public:
  Prefetcher(const NextBlock& next, size_t steps) : at_(next.from), bytes_(next.bytes / (steps == 0 ? 1 : steps)) {}
  void step() {
    __builtin_prefetch(at_, 0, 2);
    at_ += bytes_;
  }

private:
  const char* at_;
  size_t bytes_;
};

template <int Rows> void dotsOf(const float* a, const float* const* segments, size_t segmentCount, size_t samples,
                                const NextBlock& next, float* out) {
  Prefetcher prefetcher(next, segmentCount * samples);
  VectorF total[Rows][columnsF];
  clear(total);
  for (size_t s = 0; s < segmentCount;) {
    VectorF sum[Rows][columnsF];
    clear(sum);
    for (size_t terms = 0; s < segmentCount && terms < chunk; terms += samples) {
      const float* b = segments[s++];
      for (size_t t = 0; t < samples; ++t) {
        prefetcher.step();
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

void widen(const float* from, size_t count, double* to) {
  size_t i = 0;
  for (; i + lanesD <= count; i += lanesD) store(to + i, loadWide(from + i));
  for (; i < count; ++i) to[i] = from[i];
}

template <int Rows> void dotsExactOf(const float* a, size_t stride, const int32_t* rows, const float* const* segments,
                                     size_t segmentCount, size_t samples, double* out) {
  // Converted many at a time: one by one, conversions would take as long as the products.
  constexpr size_t steps = 16;
  double wide[steps * maxRows];
  VectorD sum[Rows][columnsExact];
  clear(sum);
  for (size_t s = 0; s < segmentCount; ++s) {
    const float* b = segments[s];
    for (size_t first = 0; first < samples; first += steps) {
      const size_t count = samples - first < steps ? samples - first : steps;
      widen(a, count * stride, wide);
      a += count * stride;
      const double* row[Rows];
      for (int r = 0; r < Rows; ++r) row[r] = wide + rows[r];
      for (size_t t = 0; t < count; ++t, b += width) {
        VectorD column[columnsExact];
        for (int c = 0; c < columnsExact; ++c) column[c] = loadWide(b + c * lanesD);
        for (int r = 0; r < Rows; ++r) {
          const double factor = row[r][t * stride];
          for (int c = 0; c < columnsExact; ++c) sum[r][c] += factor * column[c];
        }
      }
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < columnsExact; ++c) store(out + r * width + c * lanesD, sum[r][c]);
}

// The number of rows is a template argument, so that the sums stay in registers: find the instance.
template <int Rows = 1> void dotsOfRows(const float* a, int rows, const float* const* segments, size_t segmentCount,
                                        size_t samples, const NextBlock& next, float* out) {
  if (rows == Rows) return dotsOf<Rows>(a, segments, segmentCount, samples, next, out);
  if constexpr (Rows < maxRows) dotsOfRows<Rows + 1>(a, rows, segments, segmentCount, samples, next, out);
}

template <int Rows = 1> void dotsExactOfRows(const float* a, size_t stride, const int32_t* rows, int count,
                                             const float* const* segments, size_t segmentCount, size_t samples,
                                             double* out) {
  if (count == Rows) return dotsExactOf<Rows>(a, stride, rows, segments, segmentCount, samples, out);
  if constexpr (Rows < maxRowsF64)
    dotsExactOfRows<Rows + 1>(a, stride, rows, count, segments, segmentCount, samples, out);
}

/// Some of `stride` rows.
template <int Rows> void dotsQuantisedOf(const SamplePair* a, const float* aSteps, size_t stride,
                                         const SamplePair* const* segments, const float* const* steps,
                                         size_t segmentCount, size_t pairs, const NextBlock& next, float* out) {
  Prefetcher prefetcher(next, segmentCount * pairs);
  VectorF total[Rows][columnsF];
  clear(total);
  for (size_t s = 0; s < segmentCount; ++s, aSteps += stride) {
    const SamplePair* b = segments[s];
    VectorI32 sum[Rows][columnsF];
    clear(sum);
    for (size_t p = 0; p < pairs; ++p, a += stride, b += width) {
      prefetcher.step();
      const VectorI32 b0 = load(b), b1 = load(b + lanesF);
      for (int r = 0; r < Rows; ++r) {
        const VectorI32 pair = broadcast(a + r);
        sum[r][0] = addProducts(sum[r][0], pair, b0);
        sum[r][1] = addProducts(sum[r][1], pair, b1);
      }
    }
    for (int c = 0; c < columnsF; ++c) {
      const VectorF step = load(steps[s] + c * lanesF);
      for (int r = 0; r < Rows; ++r) total[r][c] += __builtin_convertvector(sum[r][c], VectorF) * (aSteps[r] * step);
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < columnsF; ++c) store(out + r * width + c * lanesF, total[r][c]);
}

template <int Rows = 1> void dotsQuantisedOfRows(int rows, const SamplePair* a, const float* aSteps, size_t stride,
                                                 const SamplePair* const* segments, const float* const* steps,
                                                 size_t segmentCount, size_t pairs, const NextBlock& next, float* out) {
  if (rows == Rows) return dotsQuantisedOf<Rows>(a, aSteps, stride, segments, steps, segmentCount, pairs, next, out);
  if constexpr (Rows < quantisedRows)
    dotsQuantisedOfRows<Rows + 1>(rows, a, aSteps, stride, segments, steps, segmentCount, pairs, next, out);
}

} // namespace

namespace dant::DANT_LEVEL {

void dots(const float* a, int rows, const float* const* segments, size_t segmentCount, size_t samples,
          const NextBlock& next, float* out) {
  dotsOfRows(a, rows, segments, segmentCount, samples, next, out);
}

void dotsExact(const float* a, size_t stride, const int32_t* rows, int count, const float* const* segments,
               size_t segmentCount, size_t samples, double* out) {
  dotsExactOfRows(a, stride, rows, count, segments, segmentCount, samples, out);
}

void dotsQuantised(const SamplePair* a, const float* aSteps, int rows, const SamplePair* const* segments,
                   const float* const* steps, size_t segmentCount, size_t pairs, const NextBlock& next, float* out) {
  const int parts = (rows + quantisedRows - 1) / quantisedRows;
  const size_t share = next.bytes / static_cast<size_t>(parts);
  for (int part = 0; part < parts; ++part) {
    const int first = part * rows / parts, last = (part + 1) * rows / parts;
    dotsQuantisedOfRows(last - first, a + first, aSteps + first, static_cast<size_t>(rows), segments, steps,
                        segmentCount, pairs, {next.from + static_cast<size_t>(part) * share, share},
                        out + first * width);
  }
}

void dotsF64(const double* a, size_t stride, const double* b, size_t length, double* out) {
  VectorD sum[rowsF64][columnsF64];
  clear(sum);
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

void centreRows(const int16_t* samples, size_t stride, size_t count, const double* centres, double* rows) {
  VectorD centre[tileVectorsD];
  for (int v = 0; v < tileVectorsD; ++v) centre[v] = load(centres + v * lanesD);
  for (size_t k = 0; k < count; ++k, samples += stride, rows += tileChannels)
    for (int v = 0; v < tileVectorsD; ++v) store(rows + v * lanesD, loadWide(samples + v * lanesD) - centre[v]);
}

void weighRows(const double* weights, size_t count, const double* rows, const double* centres, const double* scales,
               double* out) {
  constexpr int vectors = tileVectorsD;
  // Several sums side by side, as each product has to wait for the one before.
  constexpr int sums = vectors < 8 ? 8 / vectors : 1;
  VectorD sum[sums][vectors];
  clear(sum);
  size_t k = 0;
  for (; k + sums <= count; k += sums) {
    for (int s = 0; s < sums; ++s, rows += tileChannels)
      for (int v = 0; v < vectors; ++v) sum[s][v] += weights[k + static_cast<size_t>(s)] * load(rows + v * lanesD);
  }
  for (; k < count; ++k, rows += tileChannels)
    for (int v = 0; v < vectors; ++v) sum[0][v] += weights[k] * load(rows + v * lanesD);
  for (int s = 1; s < sums; ++s)
    for (int v = 0; v < vectors; ++v) sum[0][v] += sum[s][v];
  for (int v = 0; v < vectors; ++v)
    store(out + v * lanesD, (sum[0][v] + load(centres + v * lanesD)) * load(scales + v * lanesD));
}

} // namespace dant::DANT_LEVEL
