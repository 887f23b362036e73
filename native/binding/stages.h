#pragma once
#include "binding/registration.h"

#include <napi.h>

// One function per stage, each in its own file, that adds the stage's native functions to the exports.
namespace dant::binding {

void registerAlignment(Napi::Env env, Napi::Object exports);
void registerClustering(Napi::Env env, Napi::Object exports);
void registerCorrection(Napi::Env env, Napi::Object exports);
void registerFeatures(Napi::Env env, Napi::Object exports);
void registerFiles(Napi::Env env, Napi::Object exports);
void registerImport(Napi::Env env, Napi::Object exports);
void registerMatching(Napi::Env env, Napi::Object exports);
void registerMotion(Napi::Env env, Napi::Object exports);
void registerReport(Napi::Env env, Napi::Object exports);
void registerResample(Napi::Env env, Napi::Object exports);
void registerSimd(Napi::Env env, Napi::Object exports);
void registerSimilarity(Napi::Env env, Napi::Object exports);
void registerTracking(Napi::Env env, Napi::Object exports);
void registerUnitDescriptions(Napi::Env env, Napi::Object exports);

} // namespace dant::binding
