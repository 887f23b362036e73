#pragma once
#include <napi.h>

namespace dant::binding {

/// Adds a native function to the exports. Whatever it throws is a JavaScript error, with a `code` when it is not one
/// already.
void add(Napi::Env env, Napi::Object exports, const char* name, Napi::Value (*function)(const Napi::CallbackInfo&));

} // namespace dant::binding
