#include "binding/arguments.h"

#include <cmath>

namespace dant::binding {

Arguments::Arguments(const Napi::CallbackInfo& info) {
  if (info.Length() < 1 || !info[0].IsObject()) {
    throw Napi::TypeError::New(info.Env(), "Expected an object with the arguments.");
  }
  object_ = info[0].As<Napi::Object>();
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

std::span<uint8_t> Arguments::elementBytes(const char* key, size_t itemBytes) const {
  const auto value = object_.Get(key);
  if (!value.IsTypedArray()) fail(key, "a typed array");
  const auto typed = value.As<Napi::TypedArray>();
  if (typed.ElementSize() != itemBytes) fail(key, "elements of " + std::to_string(itemBytes) + " bytes");
  return {static_cast<uint8_t*>(typed.ArrayBuffer().Data()) + typed.ByteOffset(), typed.ByteLength()};
}

void Arguments::requireLength(const char* key, size_t found, size_t expected) const {
  if (found != expected) {
    fail(key, std::to_string(expected) + " elements, not " + std::to_string(found) + ",");
  }
}

} // namespace dant::binding
