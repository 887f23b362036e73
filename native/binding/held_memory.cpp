#include "binding/held_memory.h"

#include "binding/failure.h"
#include "binding/shared_memory.h"

#include <cstring>

namespace dant::binding {

namespace {

size_t elementBytesOf(napi_typedarray_type type) {
  switch (type) {
  case napi_int16_array:
  case napi_uint16_array:
    return 2;
  case napi_int32_array:
  case napi_uint32_array:
  case napi_float32_array:
    return 4;
  case napi_float64_array:
  case napi_bigint64_array:
  case napi_biguint64_array:
    return 8;
  default:
    return 1;
  }
}

} // namespace

TypedArrayInfo::TypedArrayInfo(Napi::Env env, napi_value array) {
  void* data = nullptr;
  napi_value buffer = nullptr;
  size_t offset = 0;
  if (napi_get_typedarray_info(env, array, &type, &length, &data, &buffer, &offset) != napi_ok) {
    throw Napi::Error::New(env);
  }
  elementBytes = elementBytesOf(type);
  if (data == nullptr) length = 0; // detached
  place = {array, data, length * elementBytes, data == nullptr ? nullptr : static_cast<const char*>(data) - offset};
  bool isOrdinary = false;
  napi_is_arraybuffer(env, buffer, &isOrdinary);
  isSharedArrayBuffer = !isOrdinary;
}

void* HeldMemory::input(const Place& place, Input kind) {
  auto shared = kind == Input::copied ? nullptr : sharedMemoryAt(place.bufferStart);
  const bool isShared = shared != nullptr;
  memory_.push_back(isShared ? std::move(shared) : copyOf(place.data, place.bytes));
  return isShared ? place.data : memory_.back().get();
}

void* HeldMemory::output(Napi::Env env, const Place& place, const char* name) {
  void* data = input(place, Input::inPlace);
  outputs_.push_back({Napi::Reference<Napi::Value>::New(Napi::Value(env, place.array), 1), name, data, place.bytes});
  return data;
}

void* HeldMemory::live(Napi::Env env, const Place& place, bool isSharedArrayBuffer) {
  if (!isSharedArrayBuffer) return input(place, Input::inPlace);
  references_.push_back(Napi::Reference<Napi::Value>::New(Napi::Value(env, place.array), 1));
  return place.data;
}

void HeldMemory::copyBack(Napi::Env env) const {
  std::vector<void*> targets;
  for (const auto& output : outputs_) {
    const auto place = TypedArrayInfo(env, output.array.Value()).place;
    if (place.bytes != output.bytes) {
      throw errorOf(env, {"DANT_ARGUMENT", "The array for " + output.name +
                                               " was transferred or resized while a computation was to write to it. "
                                               "Leave it alone until the computation has ended."});
    }
    targets.push_back(place.data);
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto& output = outputs_[i];
    if (output.bytes > 0 && targets[i] != output.written) std::memcpy(targets[i], output.written, output.bytes);
  }
}

void HeldMemory::abandon() {
  for (auto& output : outputs_) output.array.SuppressDestruct();
  for (auto& reference : references_) reference.SuppressDestruct();
}

} // namespace dant::binding
