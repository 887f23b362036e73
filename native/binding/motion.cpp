#include "core/motion/motion.h"

#include "binding/async_job.h"
#include "binding/matched_depths_argument.h"
#include "binding/stages.h"

namespace dant::binding {

namespace {

Napi::Value estimate(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto pairs = matchedDepthsOf(arguments);
  MotionOptions options;
  options.linear = arguments.boolean("linear");
  options.resamples = static_cast<int>(arguments.count("resamples"));
  options.seed = arguments.count("seed");
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    return [result = estimateMotion(job, pairs, options)](Napi::Env env) -> Napi::Value {
                      const auto motion = [&](const Motion& m) {
                        auto object = Napi::Object::New(env);
                        object.Set("linear", toTypedArray(env, m.linear));
                        object.Set("constantUm", toTypedArray(env, m.constantUm));
                        return object;
                      };
                      auto object = motion(result.motion);
                      object.Set("low", motion(result.low));
                      object.Set("high", motion(result.high));
                      object.Set("component", toTypedArray(env, result.component));
                      return object;
                    };
                  }));
}

} // namespace

void registerMotion(Napi::Env env, Napi::Object exports) { add(env, exports, "estimateMotion", estimate); }

} // namespace dant::binding
