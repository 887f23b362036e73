#include "binding/arguments.h"

#include <cmath>

namespace dant::binding {

namespace {

/// A copy of an object or list and of the lists in it, so that no getter runs JavaScript between two looks at them.
Napi::Object plainCopy(Napi::Env env, const Napi::Object& given) {
  Napi::Object copy = Napi::Object::New(env);
  const auto keys = given.GetPropertyNames();
  for (uint32_t k = 0; k < keys.Length(); ++k) {
    const Napi::Value key = keys.Get(k);
    const Napi::Value value = given.Get(key);
    if (!value.IsArray()) {
      copy.Set(key, value);
      continue;
    }
    const auto list = value.As<Napi::Array>();
    const uint32_t length = list.Length();
    auto items = Napi::Array::New(env, length);
    for (uint32_t i = 0; i < length; ++i) items.Set(i, list.Get(i));
    copy.Set(key, items);
  }
  return copy;
}

} // namespace

Arguments::Arguments(const Napi::CallbackInfo& info, Use use) {
  if (info.Length() < 1 || !info[0].IsObject()) {
    throw Napi::TypeError::New(info.Env(), "Expected an object with the arguments.");
  }
  object_ = plainCopy(info.Env(), info[0].As<Napi::Object>());
  if (use == Use::job) held_ = std::make_shared<HeldMemory>();
}

void Arguments::fail(const char* key, const std::string& expected) const {
  throw Napi::TypeError::New(env(), "Expected " + expected + " for " + key + ".");
}

bool Arguments::has(const char* key) const {
  const auto value = object_.Get(key);
  return !value.IsUndefined() && !value.IsNull();
}

double Arguments::number(const char* key) const {
  const auto value = object_.Get(key);
  if (!value.IsNumber()) fail(key, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

int64_t Arguments::integer(const char* key) const {
  const double value = number(key);
  if (std::floor(value) != value || std::abs(value) > 9007199254740991.0) fail(key, "an integer");
  return static_cast<int64_t>(value);
}

size_t Arguments::count(const char* key) const {
  const int64_t value = integer(key);
  if (value < 0) fail(key, "an integer of at least 0");
  return static_cast<size_t>(value);
}

bool Arguments::boolean(const char* key) const {
  const auto value = object_.Get(key);
  if (!value.IsBoolean()) fail(key, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

std::string Arguments::text(const char* key) const {
  const auto value = object_.Get(key);
  if (!value.IsString()) fail(key, "a string");
  return value.As<Napi::String>().Utf8Value();
}

std::vector<std::string> Arguments::texts(const char* key) const {
  const auto list = object_.Get(key);
  if (!list.IsArray()) fail(key, "an array of strings");
  const auto items = list.As<Napi::Array>();
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < items.Length(); ++i) {
    const Napi::Value item = items[i];
    if (!item.IsString()) fail(key, "an array of strings");
    texts.push_back(item.As<Napi::String>().Utf8Value());
  }
  return texts;
}

bool Arguments::isFloat32(const char* key) const {
  const auto value = object_.Get(key);
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array;
}

bool Arguments::isFloat64(const char* key) const {
  const auto value = object_.Get(key);
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_float64_array;
}

TypedArrayInfo Arguments::typedArray(const Napi::Value& value, const char* key) const {
  if (!value.IsTypedArray()) fail(key, "a typed array");
  return {env(), value};
}

uint8_t* Arguments::input(const TypedArrayInfo& info, HeldMemory::Input kind) const {
  return static_cast<uint8_t*>(held_ ? held_->input(info.place, kind) : info.place.data);
}

uint8_t* Arguments::output(const TypedArrayInfo& info, const char* key) const {
  return static_cast<uint8_t*>(held_ ? held_->output(env(), info.place, key) : info.place.data);
}

std::span<const uint8_t> Arguments::elementBytes(const char* key, size_t itemBytes) const {
  const auto info = typedArray(object_.Get(key), key);
  if (info.elementBytes != itemBytes) fail(key, "elements of " + std::to_string(itemBytes) + " bytes");
  return {input(info, HeldMemory::Input::inPlace), info.place.bytes};
}

std::span<uint8_t> Arguments::outputElementBytes(const char* key, size_t itemBytes) const {
  const auto info = typedArray(object_.Get(key), key);
  if (info.elementBytes != itemBytes) fail(key, "elements of " + std::to_string(itemBytes) + " bytes");
  return {output(info, key), info.place.bytes};
}

std::span<int32_t> Arguments::live(const char* key, size_t length) const {
  const auto info = typedArray(object_.Get(key), key);
  if (info.type != napi_int32_array) fail(key, "a typed array of another type");
  requireLength(key, info.length, length);
  return {static_cast<int32_t*>(held_->live(env(), info.place, info.isSharedArrayBuffer)), length};
}

void Arguments::requireLength(const char* key, size_t found, size_t expected) const {
  if (found != expected) {
    fail(key, std::to_string(expected) + " elements, not " + std::to_string(found) + ",");
  }
}

} // namespace dant::binding
