#include "binding/async_job.h"
#include "binding/pairs_argument.h"
#include "binding/stages.h"
#include "core/matching/match_order.h"
#include "core/matching/match_probability.h"
#include "core/matching/match_similarity.h"
#include "core/matching/mutual_best.h"
#include "core/matching/neuron_clusters.h"

#include <algorithm>

namespace dant::binding {

namespace {

Napi::Value matchMutually(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  ComparedUnits units;
  units.sessions = arguments.array<int32_t>("sessions");
  const size_t count = units.sessions.size();
  units.shanks = arguments.array<int32_t>("shanks", count);
  units.usable = arguments.array<uint8_t>("usable", count);
  units.xUm = arguments.array<double>("xUm", count);
  units.depthsUm = arguments.array<double>("depthsUm", count);
  units.logAmplitudes = arguments.array<double>("logAmplitudes", count);
  units.aligned = arguments.inPlace<float>("aligned");
  units.alignedSlope = arguments.inPlace<float>("alignedSlope", units.aligned.size());
  if (arguments.has("correlogram")) units.correlogram = arguments.array<float>("correlogram");
  if (count > 0 && (units.aligned.size() % count != 0 || units.correlogram.size() % count != 0))
    arguments.fail("aligned and correlogram", "one row for each unit");
  units.usesPlace = arguments.boolean("usesPlace");
  units.usesAmplitude = arguments.boolean("usesAmplitude");
  const auto isSession = [](int32_t session) { return session >= 1 && session <= 10000; };
  if (!std::all_of(units.sessions.begin(), units.sessions.end(), isSession))
    arguments.fail("sessions", "numbers from 1 to 10000");
  const auto maxDistance = arguments.number("maxDistanceUm");
  if (!(maxDistance > 0 && maxDistance <= 1e5)) arguments.fail("maxDistanceUm", "above 0, at most 100000 µm");
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    return [found = mutualBestPairs(job, units, maxDistance)](Napi::Env env) -> Napi::Value {
                      auto list = Napi::Array::New(env, found.size());
                      for (size_t k = 0; k < found.size(); ++k) {
                        auto entry = Napi::Object::New(env);
                        entry.Set("sessionA", found[k].sessionA);
                        entry.Set("sessionB", found[k].sessionB);
                        entry.Set("pairs", pairsArray(env, found[k].pairs));
                        entry.Set("likeness", toTypedArray(env, found[k].likeness));
                        entry.Set("displacements", toTypedArray(env, found[k].displacements));
                        list.Set(static_cast<uint32_t>(k), entry);
                      }
                      return list;
                    };
                  }));
}

FramedUnits framedOf(const Arguments& arguments, size_t units, size_t sites) {
  FramedUnits framed;
  framed.components = arguments.count("components");
  framed.shanks = arguments.array<int32_t>("shanks", units);
  framed.depthsUm = arguments.array<double>("depthsUm", units);
  framed.correctedUm = arguments.array<double>("correctedUm", units);
  framed.scores = arguments.inPlace<float>("scores", sizeOf({units, sites, framed.components}));
  framed.live = arguments.array<uint8_t>("live", sizeOf({units, sites}));
  framed.derivative = arguments.array<double>("derivative", sizeOf({framed.components, framed.components}));
  return framed;
}

UnitTraits traitsOf(const Arguments& arguments, size_t units, size_t sites) {
  UnitTraits traits;
  traits.xUm = arguments.array<double>("xUm", units);
  traits.correctedUm = arguments.array<double>("correctedUm", units);
  traits.aligned = arguments.inPlace<float>("aligned");
  traits.alignedSlope = arguments.inPlace<float>("alignedSlope", traits.aligned.size());
  traits.peaks = arguments.array<int32_t>("peaks", units);
  traits.logAmplitudes = arguments.array<double>("logAmplitudes", units);
  for (const auto profile : arguments.arraysInPlace<float>("profiles")) traits.profiles.emplace_back(profile);
  for (const auto column : arguments.arrays<double>("differences")) traits.differences.emplace_back(column);
  for (const auto column : arguments.arrays<double>("faults")) traits.faults.emplace_back(column);
  traits.usesPlace = arguments.boolean("usesPlace");
  traits.usesAmplitude = arguments.boolean("usesAmplitude");
  const auto isTable = [&](size_t size) { return units == 0 || size % units == 0; };
  const auto isPeak = [&](int32_t peak) { return peak >= 0 && static_cast<size_t>(peak) < sites; };
  if (!isTable(traits.aligned.size()) || !std::all_of(traits.peaks.begin(), traits.peaks.end(), isPeak))
    arguments.fail("aligned and peaks", "one row and one site for each unit");
  for (const auto& profile : traits.profiles)
    if (!isTable(profile.size())) arguments.fail("profiles", "one row for each unit");
  for (const auto* list : {&traits.differences, &traits.faults})
    for (const auto& column : *list)
      if (column.size() != units) arguments.fail("differences and faults", "one number for each unit");
  return traits;
}

Napi::Value probabilities(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  MatchInput input;
  input.sessions = arguments.array<int32_t>("sessions");
  const size_t units = input.sessions.size();
  input.usable = arguments.array<uint8_t>("usable", units);
  const auto locations = arguments.array<double>("siteLocationsUm");
  const auto siteShanks = arguments.array<int32_t>("siteShanks", locations.size() / 2);
  input.framed = framedOf(arguments, units, siteShanks.size());
  input.traits = traitsOf(arguments, units, siteShanks.size());
  input.dimensions = arguments.count("dimensions");
  input.embedding = arguments.array<double>("embedding", sizeOf({units, input.dimensions}));
  const auto split = pairsOf(arguments, "split", units);
  const auto linked = pairsOf(arguments, "linkedSessions", units + 1);
  input.expectedMatches = arguments.array<double>("expectedMatches", linked.size());
  const auto seeds = pairsOf(arguments, "seeds", units);
  input.seedProbabilities = arguments.array<double>("seedProbabilities", seeds.size());
  input.maxDistanceUm = arguments.number("maxDistanceUm");
  input.isRough = arguments.boolean("isRough");
  return startJob(arguments, Compute([=](const Job& job) mutable -> Finish {
                    input.split = split;
                    input.linkedSessions = linked;
                    input.seeds = seeds;
                    auto found = matchProbabilities(job, ProbeSites(locations, siteShanks), input);
                    return [found = std::move(found)](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("decoyKind", static_cast<int32_t>(found.decoyKind));
                      result.Set("pairs", pairsArray(env, found.pairs));
                      result.Set("logOdds", toTypedArray(env, found.logOdds));
                      result.Set("scores", toTypedArray(env, found.scores));
                      result.Set("decoyScores", toTypedArray(env, found.decoyScores));
                      result.Set("decoyWeights", toTypedArray(env, found.decoyWeights));
                      return result;
                    };
                  }));
}

Napi::Value cluster(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto sessions = arguments.array<int32_t>("sessions");
  const auto pairs = pairsOf(arguments, "pairs", sessions.size());
  const auto logOdds = arguments.array<float>("logOdds", pairs.size());
  const auto split = pairsOf(arguments, "split", sessions.size());
  const auto least = arguments.number("minLogOdds");
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    auto labels = clusterNeurons(job, {sessions, pairs, logOdds, split, least});
                    return [labels = std::move(labels)](Napi::Env env) { return toTypedArray(env, labels); };
                  }));
}

Napi::Value fillSimilarity(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto units = arguments.count("units");
  const auto pairs = pairsOf(arguments, "pairs", units);
  const auto logOdds = arguments.array<float>("logOdds", pairs.size());
  const auto similarity = arguments.output<float>("similarity", sizeOf({units, units}));
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

} // namespace

void registerMatching(Napi::Env env, Napi::Object exports) {
  add(env, exports, "mutualBestPairs", matchMutually);
  add(env, exports, "matchProbabilities", probabilities);
  add(env, exports, "clusterNeurons", cluster);
  add(env, exports, "matchSimilarity", fillSimilarity);
  add(env, exports, "matchOrder", orderMatches);
}

} // namespace dant::binding
