#include "core/simd/cpu_features.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <cpuid.h>

#include <cstdint>

// Asked of the processor itself: `__builtin_cpu_supports` needs a part of the compiler's own library that not every
// toolchain has, and says "no" without it. Bits: Intel SDM, volume 2, CPUID; volume 1, 13.3 and 14.3 (XGETBV).
namespace dant {

namespace {

/** Which registers the operating system saves for each thread. */
uint64_t savedRegisters() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t{high} << 32) | low;
}

constexpr bool hasAll(uint64_t value, uint64_t bits) { return (value & bits) == bits; }
constexpr uint64_t bit(int index) { return uint64_t{1} << index; }

} // namespace

CpuFeatures cpuFeatures() {
  CpuFeatures features;
  uint32_t a, b, c, d;
  constexpr uint64_t fma = bit(12), systemSaves = bit(27), avx = bit(28);
  if (!__get_cpuid(1, &a, &b, &c, &d) || !hasAll(c, fma | systemSaves | avx)) return features;
  const uint64_t saved = savedRegisters();
  constexpr uint64_t ymm = bit(1) | bit(2), zmm = ymm | bit(5) | bit(6) | bit(7);
  if (!hasAll(saved, ymm) || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return features;
  constexpr uint64_t avx2 = bit(5), foundation = bit(16), dq = bit(17), bw = bit(30), vl = bit(31), vnni = bit(11);
  features.avx2 = hasAll(b, avx2);
  features.avx512 = features.avx2 && hasAll(saved, zmm) && hasAll(b, foundation | dq | bw | vl);
  features.avx512vnni = features.avx512 && hasAll(c, vnni);
  return features;
}

} // namespace dant
#endif
