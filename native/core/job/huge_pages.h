#pragma once
#include <cstddef>
#include <cstdint>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace dant {

constexpr size_t hugePageBytes = size_t{1} << 21;

/// Asks for huge pages for memory that was not touched yet, where the system has them: it hands out a huge page in a
/// tenth of the time that as many small ones take, and finds it sooner whenever it is read.
inline void useHugePages([[maybe_unused]] const void* memory, [[maybe_unused]] size_t bytes) {
#ifdef __linux__
  const auto address = reinterpret_cast<uintptr_t>(memory);
  const uintptr_t begin = (address + hugePageBytes - 1) / hugePageBytes * hugePageBytes;
  const uintptr_t end = (address + bytes) / hugePageBytes * hugePageBytes;
  // A system that has none says so; the memory is as good.
  if (begin < end) static_cast<void>(madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE));
#endif
}

} // namespace dant
