// Registers the native functions. Their types, shapes and units are declared in lib/native/native.ts.
#include <napi.h>

#include "binding/shared_memory.h"
#include "binding/stages.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  dant::binding::registerAlignment(env, exports);
  dant::binding::registerClustering(env, exports);
  dant::binding::registerCorrection(env, exports);
  dant::binding::registerFeatures(env, exports);
  dant::binding::registerFiles(env, exports);
  dant::binding::registerImport(env, exports);
  dant::binding::registerMatching(env, exports);
  dant::binding::registerMotion(env, exports);
  dant::binding::registerReport(env, exports);
  dant::binding::registerResample(env, exports);
  dant::binding::registerSharedMemory(env, exports);
  dant::binding::registerSimd(env, exports);
  dant::binding::registerSimilarity(env, exports);
  dant::binding::registerTracking(env, exports);
  dant::binding::registerUnitDescriptions(env, exports);
  return exports;
}

} // namespace

NODE_API_MODULE(dant, initialise)
