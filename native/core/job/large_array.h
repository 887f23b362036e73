#pragma once
#include <cstddef>
#include <cstdlib>
#include <new>

namespace dant {

/// A big array of plain numbers: not initialised, and aligned so that no vector lies on two lines of the cache.
template <class T> class LargeArray {
public:
  explicit LargeArray(size_t count) {
    constexpr size_t line = 64;
    const size_t bytes = (count * sizeof(T) / line + 1) * line;
#if defined(_WIN32)
    data_ = static_cast<T*>(_aligned_malloc(bytes, line));
#else
    data_ = static_cast<T*>(std::aligned_alloc(line, bytes));
#endif
    if (data_ == nullptr) throw std::bad_alloc();
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
