#include "core/simd/dispatch.h"

#include "core/job/job.h"
#include "core/simd/cpu_features.h"

#include <cstdlib>
#include <string>

namespace dant {

#if defined(__x86_64__) || defined(_M_X64)
extern const Kernels kernels_base, kernels_avx2, kernels_avx512, kernels_avx512vnni;
#elif defined(__aarch64__) || defined(_M_ARM64)
extern const Kernels kernels_neon;
#else
extern const Kernels kernels_base;
#endif

std::vector<const Kernels*> availableKernels() {
  std::vector<const Kernels*> levels;
#if defined(__x86_64__) || defined(_M_X64)
  const CpuFeatures features = cpuFeatures();
  if (features.avx512vnni) levels.push_back(&kernels_avx512vnni);
  if (features.avx512) levels.push_back(&kernels_avx512);
  if (features.avx2) levels.push_back(&kernels_avx2);
  levels.push_back(&kernels_base);
#elif defined(__aarch64__) || defined(_M_ARM64)
  levels.push_back(&kernels_neon); // every 64-bit ARM processor has it
#else
  levels.push_back(&kernels_base);
#endif
  return levels;
}

namespace {

const Kernels* choose() {
  const auto levels = availableKernels();
  const char* forced = std::getenv("DANT_SIMD");
  if (forced == nullptr || *forced == '\0') return levels.front();
  std::string names;
  for (const auto* level : levels) {
    if (std::string(forced) == level->name) return level;
    names += (names.empty() ? "" : ", ") + std::string(level->name);
  }
  throw InputError("Expected DANT_SIMD to be one of the levels that this processor has (" + names + "), but it is " +
                   forced + ".");
}

} // namespace

const Kernels& kernels() {
  static const Kernels* chosen = choose();
  return *chosen;
}

} // namespace dant
