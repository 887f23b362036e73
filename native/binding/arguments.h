#pragma once
#include <napi.h>

#include <cstdint>
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
/// memory safety needs: types and lengths. Everything thrown here is a JavaScript TypeError.
class Arguments {
public:
  explicit Arguments(const Napi::CallbackInfo& info);

  Napi::Env env() const { return object_.Env(); }
  Napi::Object object() const { return object_; }
  bool has(const char* key) const; ///< present and neither undefined nor null
  double number(const char* key) const;
  int64_t integer(const char* key) const;
  size_t count(const char* key) const; ///< an integer ≥ 0
  bool boolean(const char* key) const;
  std::string text(const char* key) const;
  std::vector<std::string> texts(const char* key) const; ///< an array of strings
  bool isFloat32(const char* key) const;

  /// The elements of a typed array, where JavaScript keeps them (respects byteOffset). Stays valid while the params
  /// object is referenced, which AsyncJob does.
  template <class T> std::span<T> array(const char* key) const { return elements<T>(object_.Get(key), key); }

  /// The same, of exactly `length` elements.
  template <class T> std::span<T> array(const char* key, size_t length) const {
    const auto found = array<T>(key);
    requireLength(key, found.size(), length);
    return found;
  }

  /// The bytes of a typed array of any type whose elements have `itemBytes` bytes.
  std::span<uint8_t> elementBytes(const char* key, size_t itemBytes) const;

  /// An array of typed arrays.
  template <class T> std::vector<std::span<T>> arrays(const char* key) const {
    const auto list = object_.Get(key);
    if (!list.IsArray()) fail(key, "an array of typed arrays");
    const auto items = list.As<Napi::Array>();
    std::vector<std::span<T>> spans;
    for (uint32_t i = 0; i < items.Length(); ++i) spans.push_back(elements<T>(items.Get(i), key));
    return spans;
  }

  [[noreturn]] void fail(const char* key, const std::string& expected) const;

private:
  template <class T> std::span<T> elements(const Napi::Value& value, const char* key) const {
    if (!value.IsTypedArray()) fail(key, "a typed array");
    const auto typed = value.As<Napi::TypedArray>();
    if (typed.TypedArrayType() != typedArrayType<T>()) fail(key, "a typed array of another type");
    return {value.As<Napi::TypedArrayOf<T>>().Data(), typed.ElementLength()};
  }
  void requireLength(const char* key, size_t found, size_t expected) const;

  Napi::Object object_;
};

/// A new typed array that holds a copy of `values`.
template <class T> Napi::Value toTypedArray(Napi::Env env, const std::vector<T>& values) {
  auto array = Napi::TypedArrayOf<T>::New(env, values.size(), typedArrayType<T>());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

} // namespace dant::binding
