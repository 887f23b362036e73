#include "binding/arguments.h"
#include "binding/failure.h"
#include "binding/stages.h"
#include "core/report/curves.h"
#include "core/report/pair_histogram.h"
#include "core/report/pair_values.h"
#include "core/report/pixel_sums.h"
#include "core/report/similar_units.h"
#include "core/report/traces.h"

#include <limits>
#include <tuple>

namespace dant::binding {

namespace {

// Not jobs: a block of rows takes milliseconds at most, and the next one overwrites it.
Napi::Value atOnce(const Arguments& arguments, const std::function<void()>& compute) {
  if (const auto failure = attempt(compute)) throw errorOf(arguments.env(), *failure);
  return arguments.env().Undefined();
}

/// rows: Float64Array of whole rows; first: unit of the first one.
struct RowsArgument {
  std::span<const double> rows;
  size_t first;

  explicit RowsArgument(const Arguments& arguments)
      : rows(arguments.array<double>("rows")), first(arguments.count("first")) {}
  BlockOfRows of(size_t units) const { return {rows, first, units}; }
};

Napi::Value bindCountPairs(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const RowsArgument rows(arguments);
  const auto partOf = arguments.array<int32_t>("partOf");
  const auto clusters = arguments.array<int32_t>("clusters");
  const PairHistogram histogram{arguments.number("start"), arguments.number("binWidth"),
                                arguments.output<double>("all"), arguments.output<double>("matched")};
  return atOnce(arguments, [&] { countPairs(rows.of(clusters.size()), partOf, clusters, histogram); });
}

IndexedPairs indexedPairsOf(const Arguments& arguments) {
  return {arguments.array<int32_t>("pairs"), arguments.output<int32_t>("begins"), arguments.output<int32_t>("order")};
}

Napi::Value bindIndexPairs(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const auto index = indexedPairsOf(arguments);
  return atOnce(arguments, [&] { indexPairs(index); });
}

Napi::Value bindTakePairs(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const RowsArgument rows(arguments);
  const auto index = indexedPairsOf(arguments);
  const auto values = arguments.output<float>("values");
  if (index.begins.empty()) arguments.fail("begins", "at least one element");
  return atOnce(arguments, [&] { takePairs(rows.of(index.begins.size() - 1), index, values); });
}

SimilarUnitLists similarUnitsOf(const Arguments& arguments) {
  return {arguments.array<int32_t>("clusters"), arguments.output<int32_t>("neighbours"),
          arguments.output<float>("neighbourSimilarities"), arguments.output<float>("clusterSimilarities")};
}

Napi::Value bindSimilarUnitsInRows(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const RowsArgument rows(arguments);
  const auto lists = similarUnitsOf(arguments);
  return atOnce(arguments, [&] { SimilarUnits(lists).addRows(rows.of(lists.clusters.size())); });
}

Napi::Value bindSimilarUnitsInPairs(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const auto lists = similarUnitsOf(arguments);
  const auto pairs = arguments.array<int32_t>("pairs");
  const auto values = arguments.array<double>("values");
  return atOnce(arguments, [&] { SimilarUnits(lists).addPairs(pairs, values); });
}

Napi::Value bindAddToPixels(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const RowsArgument rows(arguments);
  const auto partOf = arguments.array<int32_t>("partOf");
  const auto pixelOf = arguments.array<int32_t>("pixelOf");
  const auto side = arguments.count("side");
  const auto sums = arguments.output<double>("sums");
  return atOnce(arguments, [&] { addToPixels(rows.of(pixelOf.size()), partOf, pixelOf, side, sums); });
}

Napi::Value bindShadePixels(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const auto sums = arguments.array<double>("sums");
  const auto partOf = arguments.array<int32_t>("partOf"), pixelOf = arguments.array<int32_t>("pixelOf");
  const auto side = arguments.count("side"), shades = arguments.count("shades");
  const auto shadeOf = arguments.output<uint8_t>("shadeOf");
  const auto range = arguments.output<double>("range");
  if (range.size() != 2) arguments.fail("range", "two values");
  return atOnce(arguments,
                [&] { std::tie(range[0], range[1]) = shadePixels(sums, partOf, pixelOf, side, shades, shadeOf); });
}

Napi::Value bindTakeTraces(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const ShownTraces shown{arguments.count("channelsOfUnit"), arguments.count("samples"),
                          arguments.array<uint16_t>("channels"), arguments.output<float>("traces")};
  const auto take = [&]<class Value>(std::span<const Value> waveforms) {
    const WaveformBlock<Value> block{waveforms, arguments.count("first"), arguments.count("count"),
                                     arguments.count("probeChannels"), arguments.count("templates")};
    return atOnce(arguments, [&] { takeTraces(block, shown); });
  };
  return arguments.isFloat32("waveforms") ? take(arguments.array<float>("waveforms"))
                                          : take(arguments.array<double>("waveforms"));
}

Napi::Value bindQuantiseTraces(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const auto traces = arguments.outputs<float>("traces");
  const auto first = arguments.count("first");
  const auto count = arguments.count("count");
  const auto scale = arguments.output<float>("scale");
  const auto bytes = arguments.outputs<int8_t>("bytes");
  return atOnce(arguments, [&] { quantiseTraces(traces, first, count, scale, bytes); });
}

uint8_t byteOf(const Arguments& arguments, const char* name) {
  const auto value = arguments.count(name);
  if (value > std::numeric_limits<uint8_t>::max()) arguments.fail(name, "at most 255");
  return static_cast<uint8_t>(value);
}

Napi::Value bindPackCurves(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const auto curves = arguments.array<double>("curves");
  const PackedCurves packed{byteOf(arguments, "top"), byteOf(arguments, "gap"), arguments.output<uint8_t>("bytes"),
                            arguments.output<float>("low"), arguments.output<float>("high")};
  return atOnce(arguments, [&] { packCurves(curves, packed); });
}

} // namespace

void registerReport(Napi::Env env, Napi::Object exports) {
  add(env, exports, "countPairs", bindCountPairs);
  add(env, exports, "indexPairs", bindIndexPairs);
  add(env, exports, "takePairs", bindTakePairs);
  add(env, exports, "similarUnitsInRows", bindSimilarUnitsInRows);
  add(env, exports, "similarUnitsInPairs", bindSimilarUnitsInPairs);
  add(env, exports, "addToPixels", bindAddToPixels);
  add(env, exports, "shadePixels", bindShadePixels);
  add(env, exports, "takeTraces", bindTakeTraces);
  add(env, exports, "quantiseTraces", bindQuantiseTraces);
  add(env, exports, "packCurves", bindPackCurves);
}

} // namespace dant::binding
