#include "binding/async_job.h"
#include "binding/pairs_argument.h"
#include "binding/spike_trains_argument.h"
#include "binding/stages.h"
#include "binding/waveforms_argument.h"
#include "core/matching/firing_patterns.h"
#include "core/matching/principal_components.h"
#include "core/matching/split_units.h"
#include "core/matching/unit_shapes.h"

namespace dant::binding {

namespace {

Napi::Value shapes(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto waveforms = waveformsOf(arguments);
  const auto channels = arguments.array<int32_t>("siteChannels");
  const auto locations = arguments.array<double>("siteLocationsUm", 2 * channels.size());
  const auto siteShanks = arguments.array<int32_t>("siteShanks", channels.size());
  const auto depths = arguments.array<double>("depthsUm", waveforms.count());
  const auto unitShanks = arguments.array<int32_t>("shanks", waveforms.count());
  const auto peaks = arguments.array<int32_t>("peaks", waveforms.count());
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    auto found = describeShapes(job, waveforms, channels, ProbeSites(locations, siteShanks), depths,
                                                unitShanks, peaks);
                    return [found = std::move(found)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("components", static_cast<double>(found.components));
                      result.Set("scores", toTypedArray(env, found.scores));
                      result.Set("live", toTypedArray(env, found.live));
                      result.Set("derivative", toTypedArray(env, found.derivative));
                      result.Set("aligned", toTypedArray(env, found.aligned));
                      result.Set("alignedSlope", toTypedArray(env, found.alignedSlope));
                      result.Set("spread", toTypedArray(env, found.spread));
                      result.Set("logAmplitudes", toTypedArray(env, found.logAmplitudes));
                      return result;
                    };
                  }));
}

Napi::Value firing(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto trains = spikeTrainsOf(arguments);
  const auto units = arguments.array<int32_t>("units");
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    auto found = describeFiring(job, trains, units);
                    return [found = std::move(found)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("intervals", toTypedArray(env, found.intervals));
                      result.Set("correlogram", toTypedArray(env, found.correlogram));
                      result.Set("logRates", toTypedArray(env, found.logRates));
                      result.Set("logViolations", toTypedArray(env, found.logViolations));
                      result.Set("refractoryRatios", toTypedArray(env, found.refractoryRatios));
                      return result;
                    };
                  }));
}

Napi::Value splits(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto trains = spikeTrainsOf(arguments);
  const auto units = arguments.array<int32_t>("units");
  for (const int32_t unit : units)
    if (unit < 0 || static_cast<size_t>(unit) >= trains.units()) arguments.fail("units", "units with spike trains");
  PlacedUnits places;
  places.sessions = arguments.array<int32_t>("sessions", units.size());
  places.shanks = arguments.array<int32_t>("shanks", units.size());
  places.xUm = arguments.array<double>("xUm", units.size());
  places.depthsUm = arguments.array<double>("depthsUm", units.size());
  places.maxDistanceUm = arguments.number("maxDistanceUm");
  const auto aligned = arguments.inPlace<float>("aligned");
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    auto found = findSplitUnits(job, trains, units, places, aligned);
                    return [found = std::move(found)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("pairs", pairsArray(env, found.pairs));
                      result.Set("logOdds", toTypedArray(env, found.logOdds));
                      return result;
                    };
                  }));
}

Napi::Value reduce(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto rows = arguments.inPlace<double>("rows");
  const auto count = arguments.count("count");
  const bool centreRows = arguments.boolean("centreRows");
  const auto components = arguments.count("components");
  const auto scores = arguments.output<double>("scores", sizeOf({count, components}));
  return startJob(arguments,
                  [=](const Job& job) { principalComponents(job, rows, count, centreRows, components, scores); });
}

} // namespace

void registerUnitDescriptions(Napi::Env env, Napi::Object exports) {
  add(env, exports, "describeShapes", shapes);
  add(env, exports, "describeFiring", firing);
  add(env, exports, "splitUnits", splits);
  add(env, exports, "principalComponents", reduce);
}

} // namespace dant::binding
