// Sums of windows of a raw recording.
#include "core/simd/vectors.h"

namespace {

inline VectorI32 loadWide(const int16_t* p) {
  return __builtin_convertvector(static_cast<HalfI16>(*reinterpret_cast<const UnalignedHalfI16*>(p)), VectorI32);
}

inline VectorI32 load(const int32_t* p) { return *reinterpret_cast<const UnalignedI32*>(p); }
inline void store(int32_t* p, VectorI32 v) { *reinterpret_cast<UnalignedI32*>(p) = v; }

/// Sums of this many vectors stay in registers while all windows are added to them.
constexpr size_t windowVectors = 4;

} // namespace

namespace dant::DANT_LEVEL {

void addWindows(const int16_t* const* windows, size_t count, size_t samples, int32_t* sums) {
  constexpr size_t step = windowVectors * lanesF;
  size_t t = 0;
  for (; t + step <= samples; t += step) {
    VectorI32 total[windowVectors];
    for (size_t v = 0; v < windowVectors; ++v) total[v] = load(sums + t + v * lanesF);
    for (size_t w = 0; w < count; ++w)
      for (size_t v = 0; v < windowVectors; ++v) total[v] += loadWide(windows[w] + t + v * lanesF);
    for (size_t v = 0; v < windowVectors; ++v) store(sums + t + v * lanesF, total[v]);
  }
  for (; t < samples; ++t)
    for (size_t w = 0; w < count; ++w) sums[t] += windows[w][t];
}

} // namespace dant::DANT_LEVEL
