#include "binding/async_job.h"
#include "binding/matched_depths_argument.h"
#include "binding/pairs_argument.h"
#include "binding/stages.h"
#include "binding/waveforms_argument.h"
#include "core/clustering/weight_learning.h"
#include "core/matching/aligned_waveforms.h"
#include "core/matching/competition.h"
#include "core/matching/match_order.h"
#include "core/matching/match_similarity.h"
#include "core/matching/motion_profile.h"
#include "core/matching/neuron_clusters.h"
#include "core/matching/pair_model.h"
#include "core/matching/principal_components.h"
#include "core/matching/shape_similarity.h"

namespace dant::binding {

namespace {

Napi::Value align(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto waveforms = waveformsOf(arguments);
  const auto locations = arguments.array<double>("channelLocationsUm", 2 * waveforms.channels);
  const auto depths = arguments.array<double>("depthsUm", waveforms.count());
  const auto peaks = arguments.array<int32_t>("peakChannels", waveforms.count());
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    std::vector<double> aligned(waveforms.count() * alignedLength(locations, waveforms.samples));
                    alignWaveforms(job, waveforms, locations, depths, peaks, aligned);
                    return [aligned = std::move(aligned)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("aligned", toTypedArray(env, aligned));
                      result.Set("depths", static_cast<double>(alignedDepthCount));
                      return result;
                    };
                  }));
}

Napi::Value reduce(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto rows = arguments.array<double>("rows");
  const auto count = arguments.count("count");
  const bool centreRows = arguments.boolean("centreRows");
  const auto components = arguments.count("components");
  const auto scores = arguments.output<double>("scores", count * components);
  return startJob(arguments,
                  [=](const Job& job) { principalComponents(job, rows, count, centreRows, components, scores); });
}

Napi::Value matchMutually(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto sessions = arguments.array<int32_t>("sessions");
  const auto scores = arguments.arrays<double>("features");
  const auto weights = arguments.array<double>("weights", scores.size());
  const UnitPlaces places{sessions, arguments.array<double>("xUm", sessions.size()),
                          arguments.array<double>("depthsUm", sessions.size())};
  const auto maxDistance = arguments.number("maxDistanceUm"), locationWeight = arguments.number("locationWeight");
  std::vector<ShapeFeature> features;
  for (size_t f = 0; f < scores.size(); ++f) {
    features.push_back({scores[f], sessions.empty() ? 0 : scores[f].size() / sessions.size(), weights[f]});
  }
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    const ShapeSimilarity similarity(sessions.size(), features);
                    auto found = mutualMatches(job, similarity, places, maxDistance, locationWeight);
                    return [found = std::move(found)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("pairs", pairsArray(env, found.pairs));
                      result.Set("scores", toTypedArray(env, found.scores));
                      result.Set("sameSession", toTypedArray(env, found.sameSession));
                      return result;
                    };
                  }));
}

Napi::Value fitProfile(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto matches = matchedDepthsOf(arguments);
  MotionProfileOptions options;
  options.maxShiftUm = arguments.number("maxShiftUm");
  if (!(options.maxShiftUm > 0 && options.maxShiftUm <= 1e5))
    arguments.fail("maxShiftUm", "above 0, at most 100000 µm");
  options.maxKnots = static_cast<int>(arguments.count("maxKnots"));
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    return [profile = fitMotionProfile(job, matches, options)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("knotDepthsUm", toTypedArray(env, profile.knotDepthsUm));
                      result.Set("shiftsUm", toTypedArray(env, profile.shiftsUm));
                      result.Set("halfWidthUm", toTypedArray(env, profile.halfWidthUm));
                      result.Set("component", toTypedArray(env, profile.component));
                      return result;
                    };
                  }));
}

Napi::Value learnModel(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  PairModelInput input;
  input.sessions = arguments.array<int32_t>("sessions");
  const size_t units = input.sessions.size();
  input.vectors = arguments.array<double>("vectors");
  input.dimensions = arguments.count("dimensions");
  const auto depths = arguments.array<double>("depthsUm", units);
  const auto maxDistance = arguments.number("maxDistanceUm");
  const auto first = pairsOf(arguments, "firstMatches", units);
  return startJob(arguments, Compute([=](const Job& job) mutable -> Finish {
                    auto nearby = findNearbyPairs(job, depths, maxDistance);
                    input.nearby = nearby;
                    input.first = first;
                    auto model = learnPairModel(job, input);
                    return [nearby = std::move(nearby), model = std::move(model)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("nearbyPairs", pairsArray(env, nearby));
                      result.Set("logOdds", toTypedArray(env, model.logOdds));
                      result.Set("learnedFrom", static_cast<double>(model.learnedFrom));
                      result.Set("vectors", toTypedArray(env, model.vectors));
                      result.Set("spread", toTypedArray(env, model.betweenVariance));
                      return result;
                    };
                  }));
}

Napi::Value fillSimilarity(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto units = arguments.count("units");
  const auto pairs = pairsOf(arguments, "pairs", units);
  const auto logOdds = arguments.array<float>("logOdds", pairs.size());
  const auto similarity = arguments.output<float>("similarity", units * units);
  return startJob(arguments, [=](const Job& job) { fillMatchSimilarity(job, pairs, logOdds, units, similarity); });
}

Napi::Value orderMatches(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto depths = arguments.array<double>("depthsUm");
  const auto pairs = pairsOf(arguments, "pairs", depths.size());
  const auto logOdds = arguments.array<float>("logOdds", pairs.size());
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    auto order = matchOrder(job, pairs, logOdds, depths);
                    return [order = std::move(order)](Napi::Env env) { return toTypedArray(env, order); };
                  }));
}

Napi::Value compete(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto sessions = arguments.array<int32_t>("sessions");
  const auto pairs = pairsOf(arguments, "pairs", sessions.size());
  const auto logOdds = arguments.output<float>("logOdds", pairs.size());
  return startJob(arguments, [=](const Job& job) { weighCompetitors(job, sessions, pairs, logOdds); });
}

Napi::Value cluster(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto sessions = arguments.array<int32_t>("sessions");
  const auto pairs = pairsOf(arguments, "pairs", sessions.size());
  const auto logOdds = arguments.array<float>("logOdds", pairs.size());
  const auto betweenVariance = arguments.array<double>("spread");
  const auto vectors = arguments.array<double>("vectors", sessions.size() * betweenVariance.size());
  const auto least = arguments.number("minLogOdds");
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    const NeuronEvidence evidence({betweenVariance.begin(), betweenVariance.end()});
                    auto found = clusterNeurons(job, {sessions, pairs, logOdds, vectors, &evidence, least});
                    return [found = std::move(found)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("labels", toTypedArray(env, found.labels));
                      result.Set("logOdds", toTypedArray(env, found.logOdds));
                      result.Set("matches", pairsArray(env, found.matches));
                      std::vector<int32_t> mixed;
                      for (const auto& unit : found.mixedUnits) mixed.insert(mixed.end(), {unit.unit, unit.otherLabel});
                      result.Set("mixedUnits", toTypedArray(env, mixed));
                      return result;
                    };
                  }));
}

} // namespace

void registerMatching(Napi::Env env, Napi::Object exports) {
  add(env, exports, "alignWaveforms", align);
  add(env, exports, "principalComponents", reduce);
  add(env, exports, "mutualMatches", matchMutually);
  add(env, exports, "fitMotionProfile", fitProfile);
  add(env, exports, "learnPairModel", learnModel);
  add(env, exports, "matchSimilarity", fillSimilarity);
  add(env, exports, "matchOrder", orderMatches);
  add(env, exports, "weighCompetitors", compete);
  add(env, exports, "clusterNeurons", cluster);
}

} // namespace dant::binding
