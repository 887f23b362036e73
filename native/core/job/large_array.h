#pragma once
#include <cstddef>
#include <cstdlib>
#include <new>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace dant {

/// A big array of plain numbers, not initialised; on huge pages where the system has them, because touching hundreds of
/// thousands of small pages for the first time takes longer than the work on them.
template <class T> class LargeArray {
public:
  explicit LargeArray(size_t count) {
    constexpr size_t page = size_t{1} << 21;
    const size_t bytes = (count * sizeof(T) + page - 1) / page * page;
#if defined(_WIN32)
    data_ = static_cast<T*>(_aligned_malloc(bytes == 0 ? page : bytes, page));
#else
    data_ = static_cast<T*>(std::aligned_alloc(page, bytes == 0 ? page : bytes));
#endif
    if (data_ == nullptr) throw std::bad_alloc();
#ifdef __linux__
    madvise(data_, bytes, MADV_HUGEPAGE);
#endif
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
