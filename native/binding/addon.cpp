// Registers the native functions. Their types, shapes and units are declared in lib/native/native.ts.
#include <napi.h>

#include "binding/stages.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  dant::binding::registerFeatures(env, exports);
  dant::binding::registerClustering(env, exports);
  return exports;
}

} // namespace

NODE_API_MODULE(dant, initialise)
