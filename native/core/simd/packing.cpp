// Rows side by side in panels, and as whole numbers.
#include "core/simd/vectors.h"

namespace {

/// panel[t·width + lane] = rows[lane][first + t], t < count, of numbers or pairs of four bytes.
template <class Vector, class Value>
inline void layOut(const Value* const* rows, size_t first, size_t count, Value* panel) {
  constexpr size_t prefetched = 640;
  size_t t = 0;
  for (; t + lanesF <= count; t += lanesF) {
    for (int c = 0; c < columnsF; ++c) {
      Vector block[lanesF];
#pragma GCC unroll 16
      for (int i = 0; i < lanesF; ++i) {
        const Value* row = rows[c * lanesF + i] + first + t;
        block[i] = load(row);
        // So many rows side by side are more than the processor prefetches by itself.
        __builtin_prefetch(row + prefetched, 0, 2);
      }
      transpose(block);
#pragma GCC unroll 16
      for (int i = 0; i < lanesF; ++i) store(panel + (t + i) * width + c * lanesF, block[i]);
    }
  }
  for (; t < count; ++t)
    for (int lane = 0; lane < width; ++lane) panel[t * width + lane] = rows[lane][first + t];
}

/// A row's norm in steps: the product of two is below 2³¹, with room for rounding.
constexpr float quantisedNorm = 46000;
constexpr float largestQuantised = 32767;
constexpr float smallestStep = 1e-37F; // of those whose inverse is a number

/// The nearest whole number of a small one, in the lower bits.
constexpr float rounding = 12582912; // 1.5·2²³

} // namespace

namespace dant::DANT_LEVEL {

void interleave(const float* const* rows, size_t first, size_t samples, float* panel, double* sums, double* squares) {
  layOut<VectorF>(rows, first, samples, panel);
  VectorD sum[columnsExact] = {}, square[columnsExact] = {};
  for (size_t t = 0; t < samples; ++t) {
    for (int c = 0; c < columnsExact; ++c) {
      const VectorD value = loadWide(panel + t * width + c * lanesD);
      sum[c] += value;
      square[c] += value * value;
    }
  }
  for (int c = 0; c < columnsExact; ++c) {
    store(sums + c * lanesD, sum[c]);
    store(squares + c * lanesD, square[c]);
  }
}

void interleavePairs(const SamplePair* const* rows, size_t first, size_t pairs, SamplePair* panel, double* sums,
                     double* squares) {
  layOut<VectorI32>(rows, first, pairs, panel);
  const SamplePair one{1, 1};
  for (int c = 0; c < columnsF; ++c) {
    VectorI32 sum = {}, square = {};
    for (size_t p = 0; p < pairs; ++p) {
      const VectorI32 values = load(panel + p * width + c * lanesF);
      sum += multiplyPairs(values, broadcast(&one));
      square += multiplyPairs(values, values);
    }
    for (int lane = 0; lane < lanesF; ++lane) {
      sums[c * lanesF + lane] = sum[lane];
      squares[c * lanesF + lane] = square[lane];
    }
  }
}

void quantise(const float* values, size_t rows, size_t samples, SamplePair* pairs, float* steps) {
  const size_t stride = samples + samples % 2;
  for (size_t row = 0; row < rows; ++row, values += samples, pairs += stride / 2) {
    VectorF largest = {}, square = {};
    size_t t = 0;
    for (; t + lanesF <= samples; t += lanesF) {
      const VectorF value = load(values + t), size = value < 0.0F ? -value : value;
      largest = size > largest ? size : largest;
      square += value * value;
    }
    float most = 0, sum = 0;
    for (; t < samples; ++t) {
      const float size = values[t] < 0 ? -values[t] : values[t];
      most = size > most ? size : most;
      sum += size * size;
    }
    for (int lane = 0; lane < lanesF; ++lane) {
      most = largest[lane] > most ? largest[lane] : most;
      sum += square[lane];
    }
    const float byNorm = __builtin_sqrtf(sum) / quantisedNorm, bySize = most / largestQuantised;
    const float step = byNorm > bySize ? byNorm : bySize;
    const bool isZero = step < smallestStep;
    steps[row] = isZero ? 0 : step;
    const float factor = isZero ? 0 : 1 / step;
    auto* out = reinterpret_cast<int16_t*>(pairs);
    for (t = 0; t + lanesF <= samples; t += lanesF) {
      const VectorF rounded = load(values + t) * factor + rounding;
      *reinterpret_cast<UnalignedHalfI16*>(out + t) =
          __builtin_convertvector(reinterpret_cast<VectorI32>(rounded), HalfI16);
    }
    for (; t < samples; ++t) {
      const VectorF rounded = values[t] * factor + rounding + VectorF{};
      out[t] = static_cast<int16_t>(reinterpret_cast<VectorI32>(rounded)[0]);
    }
    if (t < stride) out[t] = 0;
  }
}

} // namespace dant::DANT_LEVEL
