#include "binding/async_job.h"
#include "binding/combined_argument.h"
#include "binding/pairs_argument.h"
#include "binding/stages.h"
#include "core/clustering/similarity_tree.h"
#include "core/clustering/weight_learning.h"

#include <limits>

namespace dant::binding {

namespace {

Napi::Value countsOf(Napi::Env env, const SimilarityCounts& counts) {
  auto result = Napi::Object::New(env);
  result.Set("start", counts.start);
  result.Set("binWidth", counts.binWidth);
  result.Set("matched", toTypedArray(env, counts.matched));
  result.Set("unmatched", toTypedArray(env, counts.unmatched));
  return result;
}

Napi::Value clusterAndLearnWeights(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto similarity = combinedOf(arguments);
  const auto depths = arguments.array<double>("depthsUm", similarity.units);
  const auto sessions = arguments.array<int32_t>("sessions", similarity.units);
  const auto maxDistance = arguments.number("maxDistanceUm");
  WeightLearningOptions options;
  options.maxClusterSize = arguments.count("maxClusterSize");
  options.iterations = static_cast<int>(arguments.count("iterations"));
  options.tolerance = arguments.number("tolerance");
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    auto nearby = findNearbyPairs(job, depths, maxDistance);
                    auto learned = learnWeights(job, similarity, nearby, sessions, options);
                    return [learned = std::move(learned), nearby = std::move(nearby)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("labels", toTypedArray(env, learned.labels));
                      result.Set("weights", toTypedArray(env, learned.weights));
                      result.Set("threshold", learned.threshold.value_or(std::numeric_limits<double>::quiet_NaN()));
                      result.Set("matchedPairs", static_cast<double>(learned.matchedPairs));
                      result.Set("similarities", countsOf(env, learned.similarities));
                      result.Set("nearbyPairs", pairsArray(env, nearby));
                      result.Set("goodPairs", pairsArray(env, learned.goodPairs));
                      return result;
                    };
                  }));
}

Napi::Value orderLeaves(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto similarity = combinedOf(arguments);
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    // SciPy's order, as pyDANT's.
                    auto order = leafOrderOfSimilarity(job, similarity, LeafOrderRule::scipy);
                    return [order = std::move(order)](Napi::Env env) { return toTypedArray(env, order); };
                  }));
}

} // namespace

void registerTracking(Napi::Env env, Napi::Object exports) {
  add(env, exports, "clusterAndLearnWeights", clusterAndLearnWeights);
  add(env, exports, "leafOrderOfSimilarity", orderLeaves);
}

} // namespace dant::binding
