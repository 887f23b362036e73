#pragma once
#include "binding/held_memory.h"
#include "binding/shared_memory.h"

#include <napi.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace dant::binding {

template <class T> constexpr napi_typedarray_type typedArrayType() {
  if constexpr (std::is_same_v<T, float>) return napi_float32_array;
  else if constexpr (std::is_same_v<T, double>) return napi_float64_array;
  else if constexpr (std::is_same_v<T, int32_t>) return napi_int32_array;
  else if constexpr (std::is_same_v<T, uint32_t>) return napi_uint32_array;
  else if constexpr (std::is_same_v<T, int64_t>) return napi_bigint64_array;
  else if constexpr (std::is_same_v<T, uint16_t>) return napi_uint16_array;
  else if constexpr (std::is_same_v<T, int16_t>) return napi_int16_array;
  else if constexpr (std::is_same_v<T, int8_t>) return napi_int8_array;
  else {
    static_assert(std::is_same_v<T, uint8_t>);
    return napi_uint8_array;
  }
}

/// The number of elements of these extents; the greatest size_t, which no array has, where that is more.
inline size_t sizeOf(std::initializer_list<size_t> extents) {
  size_t size = 1;
  for (const size_t extent : extents) {
    if (extent == 0) return 0;
    size = size > std::numeric_limits<size_t>::max() / extent ? std::numeric_limits<size_t>::max() : size * extent;
  }
  return size;
}

/// The one object that every native function takes. TypeScript has checked the values already; this checks again what
/// memory safety needs: types and lengths. Everything thrown here is a JavaScript TypeError, or says that memory is
/// short.
class Arguments {
public:
  enum class Use {
    job,   ///< arrays are used after the call has returned: they are held (HeldMemory)
    atOnce ///< arrays are used where they are, before JavaScript runs again
  };

  explicit Arguments(const Napi::CallbackInfo& info, Use use = Use::job);

  Napi::Env env() const { return object_.Env(); }
  bool has(const char* key) const; ///< present and neither undefined nor null
  double number(const char* key) const;
  int64_t integer(const char* key) const;
  size_t count(const char* key) const; ///< an integer ≥ 0
  bool boolean(const char* key) const;
  std::string text(const char* key) const;
  std::vector<std::string> texts(const char* key) const; ///< an array of strings
  bool isFloat32(const char* key) const;
  bool isFloat64(const char* key) const;

  /// The elements of a typed array (respects byteOffset). Stays valid until the job has ended, and JavaScript cannot
  /// change them: what was checked, or looked at twice, holds.
  template <class T> std::span<const T> array(const char* key) const {
    return elements<const T>(object_.Get(key), key, HeldMemory::Input::copied);
  }

  /// The same, of exactly `length` elements.
  template <class T> std::span<const T> array(const char* key, size_t length) const {
    return required(key, array<T>(key), length);
  }

  /// The same without a copy where the array is in shared memory, for what is large: JavaScript may write there while
  /// a job runs. Whatever stands there, and if something else does at the next look, the computation must stay inside
  /// its memory and end.
  template <class T> std::span<const T> inPlace(const char* key) const {
    return elements<const T>(object_.Get(key), key);
  }
  template <class T> std::span<const T> inPlace(const char* key, size_t length) const {
    return required(key, inPlace<T>(key), length);
  }

  /// A typed array that the function writes to, and may read first. In place like the above. JavaScript sees what was
  /// written when a job has ended, unless it failed.
  template <class T> std::span<T> output(const char* key) const { return elements<T>(object_.Get(key), key); }

  /// The same, of exactly `length` elements.
  template <class T> std::span<T> output(const char* key, size_t length) const {
    return required(key, output<T>(key), length);
  }

  /// The bytes, in place, of a typed array of any type whose elements have `itemBytes` bytes.
  std::span<const uint8_t> elementBytes(const char* key, size_t itemBytes) const;
  std::span<uint8_t> outputElementBytes(const char* key, size_t itemBytes) const;

  /// Arrays of typed arrays.
  template <class T> std::vector<std::span<const T>> arrays(const char* key) const {
    return lists<const T>(key, HeldMemory::Input::copied);
  }
  template <class T> std::vector<std::span<const T>> arraysInPlace(const char* key) const {
    return lists<const T>(key);
  }
  template <class T> std::vector<std::span<T>> outputs(const char* key) const { return lists<T>(key); }

  /// An Int32Array that a running job and JavaScript talk through, of exactly `length` elements; only one on a
  /// SharedArrayBuffer, or in shared memory, is seen by both.
  std::span<int32_t> live(const char* key, size_t length) const;

  [[noreturn]] void fail(const char* key, const std::string& expected) const;

  /// Everything that the arrays above are in. A job keeps it until it has ended.
  const std::shared_ptr<HeldMemory>& held() const { return held_; }

private:
  TypedArrayInfo typedArray(const Napi::Value& value, const char* key) const;
  uint8_t* input(const TypedArrayInfo& info, HeldMemory::Input kind) const;
  uint8_t* output(const TypedArrayInfo& info, const char* key) const;

  template <class T> std::span<T> elements(const Napi::Value& value, const char* key,
                                           HeldMemory::Input kind = HeldMemory::Input::inPlace) const {
    const auto info = typedArray(value, key);
    if (info.type != typedArrayType<std::remove_const_t<T>>()) fail(key, "a typed array of another type");
    auto* place = std::is_const_v<T> ? input(info, kind) : output(info, key);
    return {reinterpret_cast<T*>(place), info.length};
  }

  template <class T>
  std::vector<std::span<T>> lists(const char* key, HeldMemory::Input kind = HeldMemory::Input::inPlace) const {
    const auto list = object_.Get(key);
    if (!list.IsArray()) fail(key, "an array of typed arrays");
    const auto items = list.As<Napi::Array>();
    std::vector<std::span<T>> spans;
    for (uint32_t i = 0; i < items.Length(); ++i) spans.push_back(elements<T>(items.Get(i), key, kind));
    return spans;
  }

  template <class Span> Span required(const char* key, Span found, size_t length) const {
    requireLength(key, found.size(), length);
    return found;
  }
  void requireLength(const char* key, size_t found, size_t expected) const;

  Napi::Object object_;
  std::shared_ptr<HeldMemory> held_; ///< empty: at once
};

} // namespace dant::binding
