#pragma once
#include <napi.h>

// One function per stage, each in its own file, that adds the stage's native functions to the exports.
namespace dant::binding {

void registerFeatures(Napi::Env env, Napi::Object exports);
void registerClustering(Napi::Env env, Napi::Object exports);

} // namespace dant::binding
