#include "binding/async_job.h"
#include "binding/combined_argument.h"
#include "binding/pairs_argument.h"
#include "binding/stages.h"
#include "binding/waveforms_argument.h"
#include "core/similarity/correlation.h"
#include "core/similarity/matrix_rows.h"
#include "core/similarity/pair_similarities.h"
#include "core/similarity/waveform_similarity.h"

namespace dant::binding {

namespace {

Napi::Value compareWaveforms(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto waveforms = waveformsOf(arguments);
  const auto locations = arguments.array<double>("channelLocationsUm", 2 * waveforms.channels);
  const auto shanks = arguments.has("channelShanks") ? arguments.array<int32_t>("channelShanks", waveforms.channels)
                                                     : std::span<int32_t>();
  const auto nearest = arguments.count("nearestChannels");
  const auto peaks = arguments.array<int32_t>("peakChannels", waveforms.count());
  const bool corrects = arguments.has("shiftsUm");
  const auto shifts = corrects ? arguments.array<double>("shiftsUm") : std::span<double>();
  const bool isQuantised = arguments.boolean("quantised");
  const auto similarity = arguments.output<float>("similarity");
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    const auto neighbourhoods = findNeighbourhoods(locations, shanks, nearest);
                    const auto kriging = corrects ? krigingFor<float>(locations) : nullptr;
                    const double seconds = waveformSimilarity(job, waveforms, locations, neighbourhoods, kriging.get(),
                                                              peaks, shifts, isQuantised, similarity);
                    return [seconds](Napi::Env env) -> Napi::Value {
                      auto result = Napi::Object::New(env);
                      result.Set("correctionSeconds", seconds);
                      return result;
                    };
                  }));
}

Napi::Value compareRows(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto rows = arguments.inPlace<double>("rows");
  const auto count = arguments.count("count");
  const auto names = arguments.has("gapNames") ? arguments.array<int32_t>("gapNames", count) : std::span<int32_t>();
  const auto similarity = arguments.output<float>("similarity");
  return startJob(arguments, [=](const Job& job) {
    if (names.empty()) {
      correlateRows(job, rows, count, similarity);
    } else {
      correlateRowsWithGaps(job, rows, count, names, similarity);
    }
  });
}

Napi::Value matrixRows(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto kind = arguments.text("kind");
  const RowBlock block{arguments.array<int32_t>("rows"), arguments.array<int32_t>("outRows"),
                       arguments.array<int32_t>("columns"), arguments.count("width")};
  if (kind == "sameCluster") {
    const auto labels = arguments.array<int32_t>("labels");
    const auto out = arguments.output<uint8_t>("out");
    return startJob(arguments, [=](const Job& job) { fillSameCluster(job, labels, block, out); });
  }
  const auto similarity = combinedOf(arguments);
  if (kind == "goodMatches") {
    const auto threshold = arguments.number("threshold");
    const auto out = arguments.output<uint8_t>("out");
    return startJob(arguments, [=](const Job& job) { fillGoodMatches(job, similarity, threshold, block, out); });
  }
  if (kind != "similarity" && kind != "distance") arguments.fail("kind", "a kind of matrix");
  const auto out = arguments.output<double>("out");
  const auto matrix = kind == "distance" ? MatrixKind::distance : MatrixKind::similarity;
  return startJob(arguments, [=](const Job& job) { fillRows(job, similarity, matrix, block, out); });
}

Napi::Value bindPairSimilarities(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto similarity = combinedOf(arguments);
  return startJob(arguments, [similarity, pairs = pairsOf(arguments, "pairs", similarity.units),
                              out = arguments.output<double>("out")](const Job& job) {
    pairSimilarities<double>(job, similarity, pairs, out);
  });
}

} // namespace

void registerSimilarity(Napi::Env env, Napi::Object exports) {
  add(env, exports, "waveformSimilarity", compareWaveforms);
  add(env, exports, "rowSimilarity", compareRows);
  add(env, exports, "matrixRows", matrixRows);
  add(env, exports, "pairSimilarities", bindPairSimilarities);
}

} // namespace dant::binding
