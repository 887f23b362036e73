#include "core/simd/dispatch.h"

#include "binding/stages.h"

namespace dant::binding {

namespace {

Napi::Value simdLevels(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  const auto levels = availableKernels();
  auto available = Napi::Array::New(env, levels.size());
  for (uint32_t i = 0; i < levels.size(); ++i) available.Set(i, levels[i]->name);
  auto result = Napi::Object::New(env);
  result.Set("available", available);
  try {
    result.Set("inUse", kernels().name);
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
  return result;
}

} // namespace

void registerSimd(Napi::Env env, Napi::Object exports) { add(env, exports, "simdLevels", simdLevels); }

} // namespace dant::binding
