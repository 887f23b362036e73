#pragma once
#include "core/job/huge_pages.h"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace dant {

/// A big array of plain numbers: not initialised, on huge pages if it fills some, and aligned so that no vector lies on
/// two lines of the cache.
template <class T> class LargeArray {
public:
  explicit LargeArray(size_t count) {
    constexpr size_t line = 64;
    const size_t alignment = count * sizeof(T) < hugePageBytes ? line : hugePageBytes;
    const size_t bytes = (count * sizeof(T) / line + 1) * line;
    const size_t whole = (bytes + alignment - 1) / alignment * alignment;
#if defined(_WIN32)
    data_ = static_cast<T*>(_aligned_malloc(whole, alignment));
#else
    data_ = static_cast<T*>(std::aligned_alloc(alignment, whole));
#endif
    if (data_ == nullptr) throw std::bad_alloc();
    useHugePages(data_, whole);
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
