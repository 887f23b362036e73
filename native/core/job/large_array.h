#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace dant {

constexpr size_t hugePageBytes = size_t{1} << 21;

/// Asks for huge pages for memory that was not touched yet, where the system has them: to touch hundreds of thousands
/// of small pages for the first time takes longer than the work on them.
template <class T> void useHugePages([[maybe_unused]] std::span<T> memory) {
#ifdef __linux__
  const auto address = reinterpret_cast<uintptr_t>(memory.data());
  const uintptr_t begin = (address + hugePageBytes - 1) / hugePageBytes * hugePageBytes;
  const uintptr_t end = (address + memory.size_bytes()) / hugePageBytes * hugePageBytes;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

/// A big array of plain numbers, not initialised; on huge pages.
template <class T> class LargeArray {
public:
  explicit LargeArray(size_t count) {
    constexpr size_t page = hugePageBytes;
    const size_t bytes = (count * sizeof(T) + page - 1) / page * page;
#if defined(_WIN32)
    data_ = static_cast<T*>(_aligned_malloc(bytes == 0 ? page : bytes, page));
#else
    data_ = static_cast<T*>(std::aligned_alloc(page, bytes == 0 ? page : bytes));
#endif
    if (data_ == nullptr) throw std::bad_alloc();
    useHugePages(std::span(data_, bytes / sizeof(T)));
  }
  ~LargeArray() {
#if defined(_WIN32)
    _aligned_free(data_);
#else
    std::free(data_);
#endif
  }
  LargeArray(const LargeArray&) = delete;
  LargeArray& operator=(const LargeArray&) = delete;

  T* data() { return data_; }
  const T* data() const { return data_; }

private:
  T* data_;
};

} // namespace dant
