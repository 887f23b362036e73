#include "binding/registration.h"

#include "binding/failure.h"

namespace dant::binding {

void add(Napi::Env env, Napi::Object exports, const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
  exports.Set(name, Napi::Function::New(
                        env,
                        [function](const Napi::CallbackInfo& info) {
                          Napi::Value result;
                          if (const auto failure = attempt([&] { result = function(info); })) {
                            throw errorOf(info.Env(), *failure);
                          }
                          return result;
                        },
                        name));
}

} // namespace dant::binding
