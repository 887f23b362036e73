#include "core/motion/motion.h"
#include "core/motion/session_motion.h"

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

Napi::Value fitSessions(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto pairs = matchedDepthsOf(arguments);
  const size_t count = pairs.sessionA.size();
  WeightedMatches matches;
  matches.unitA = arguments.array<int32_t>("unitA", count);
  matches.unitB = arguments.array<int32_t>("unitB", count);
  matches.sessionA = pairs.sessionA;
  matches.sessionB = pairs.sessionB;
  matches.depthAUm = pairs.depthAUm;
  matches.depthBUm = pairs.depthBUm;
  matches.weights = arguments.array<double>("weights", count);
  matches.component = arguments.array<int32_t>("component", pairs.sessions);
  const auto start = [&](const char* name) {
    const auto values = arguments.array<double>(name, pairs.sessions);
    return std::vector<double>(values.begin(), values.end());
  };
  const SessionCurves curves{start("shiftsUm"), start("slopes"), start("bends")};
  const SessionMotionOptions options{arguments.number("centreUm"), arguments.count("terms"),
                                     arguments.number("scaleUm")};
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    return [motion = fitSessionMotion(job, matches, curves, options)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("shiftsUm", toTypedArray(env, motion.curves.shiftsUm));
                      result.Set("slopes", toTypedArray(env, motion.curves.slopes));
                      result.Set("bends", toTypedArray(env, motion.curves.bends));
                      result.Set("halfWidthUm", toTypedArray(env, motion.halfWidthUm));
                      return result;
                    };
                  }));
}

} // namespace

void registerMotion(Napi::Env env, Napi::Object exports) {
  add(env, exports, "estimateMotion", estimate);
  add(env, exports, "fitSessionMotion", fitSessions);
}

} // namespace dant::binding
