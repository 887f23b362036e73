#include "binding/async_job.h"
#include "binding/combined_argument.h"
#include "binding/pairs_argument.h"
#include "binding/stages.h"
#include "core/clustering/similarity_tree.h"
#include "core/clustering/weight_learning.h"
#include "core/curation/curation.h"

#include <cmath>
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

Napi::Value curateTracked(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto similarity = combinedOf(arguments);
  const auto labels = arguments.array<int32_t>("labels", similarity.units);
  const auto sessions = arguments.array<int32_t>("sessions", similarity.units);
  const auto threshold = arguments.number("threshold"); // NaN: no split
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    CurationInput input;
                    input.labels = labels;
                    input.sessions = sessions;
                    input.similarity = [&](int32_t i, int32_t j) {
                      return similarity(static_cast<size_t>(i), static_cast<size_t>(j));
                    };
                    if (!std::isnan(threshold)) input.splitThreshold = threshold;
                    return [curation = curate(input, job)](Napi::Env env) -> Napi::Value {
                      std::vector<UnitPair> pairs;
                      std::vector<int32_t> types;
                      for (const auto& pair : curation.pairs) {
                        pairs.push_back({pair.a, pair.b});
                        types.push_back(static_cast<int32_t>(pair.type));
                      }
                      auto result = Napi::Object::New(env);
                      result.Set("labels", toTypedArray(env, curation.labels));
                      result.Set("pairs", pairsArray(env, pairs));
                      result.Set("types", toTypedArray(env, types));
                      return result;
                    };
                  }));
}

Napi::Value orderLeaves(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto similarity = combinedOf(arguments);
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    // The reference's order: its sum is what the golden results are compared by.
                    auto order = leafOrderOfSimilarity(job, similarity, LeafOrderRule::scipy);
                    return [order = std::move(order)](Napi::Env env) { return toTypedArray(env, order); };
                  }));
}

} // namespace

void registerTracking(Napi::Env env, Napi::Object exports) {
  exports.Set("clusterAndLearnWeights", Napi::Function::New(env, clusterAndLearnWeights, "clusterAndLearnWeights"));
  exports.Set("leafOrderOfSimilarity", Napi::Function::New(env, orderLeaves, "leafOrderOfSimilarity"));
  exports.Set("curateTracked", Napi::Function::New(env, curateTracked, "curateTracked"));
}

} // namespace dant::binding
