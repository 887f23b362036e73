#pragma once
#include "binding/held_memory.h"
#include "binding/shared_memory.h"

#include <napi.h>

#include <cstdint>
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

  /// The elements of a typed array (respects byteOffset). Stays valid until the job has ended.
  template <class T> std::span<const T> array(const char* key) const {
    return elements<const T>(object_.Get(key), key);
  }

  /// The same, of exactly `length` elements.
  template <class T> std::span<const T> array(const char* key, size_t length) const {
    return required(key, array<T>(key), length);
  }

  /// A typed array that the function writes to, and may read first. JavaScript sees what was written when a job has
  /// ended, unless it failed.
  template <class T> std::span<T> output(const char* key) const { return elements<T>(object_.Get(key), key); }

  /// The same, of exactly `length` elements.
  template <class T> std::span<T> output(const char* key, size_t length) const {
    return required(key, output<T>(key), length);
  }

  /// The bytes of a typed array of any type whose elements have `itemBytes` bytes.
  std::span<const uint8_t> elementBytes(const char* key, size_t itemBytes) const;
  std::span<uint8_t> outputElementBytes(const char* key, size_t itemBytes) const;

  /// Arrays of typed arrays.
  template <class T> std::vector<std::span<const T>> arrays(const char* key) const { return lists<const T>(key); }
  template <class T> std::vector<std::span<T>> outputs(const char* key) const { return lists<T>(key); }

  /// An Int32Array that a running job and JavaScript talk through, of exactly `length` elements; only one on a
  /// SharedArrayBuffer, or in shared memory, is seen by both.
  std::span<int32_t> live(const char* key, size_t length) const;

  [[noreturn]] void fail(const char* key, const std::string& expected) const;

  /// Everything that the arrays above are in. A job keeps it until it has ended.
  const std::shared_ptr<HeldMemory>& held() const { return held_; }

private:
  TypedArrayInfo typedArray(const Napi::Value& value, const char* key) const;
  uint8_t* place(const TypedArrayInfo& info, const char* key, bool isOutput) const;

  template <class T> std::span<T> elements(const Napi::Value& value, const char* key) const {
    const auto info = typedArray(value, key);
    if (info.type != typedArrayType<std::remove_const_t<T>>()) fail(key, "a typed array of another type");
    return {reinterpret_cast<T*>(place(info, key, !std::is_const_v<T>)), info.length};
  }

  template <class T> std::vector<std::span<T>> lists(const char* key) const {
    const auto list = object_.Get(key);
    if (!list.IsArray()) fail(key, "an array of typed arrays");
    const auto items = list.As<Napi::Array>();
    std::vector<std::span<T>> spans;
    for (uint32_t i = 0; i < items.Length(); ++i) spans.push_back(elements<T>(items.Get(i), key));
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
