#include "binding/async_job.h"
#include "binding/stages.h"
#include "core/alignment/bootstrap.h"
#include "core/alignment/rates.h"

#include <cmath>

namespace dant::binding {

namespace {

/// A day of ms: longer windows are none.
constexpr double mostMs = 86'400'000;

Napi::Value bindAlignedRates(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const RateWindow window{arguments.count("durationMs"), arguments.count("marginMs"), arguments.number("sigmaMs")};
  if (window.durationMs < 1 || static_cast<double>(window.durationMs) > mostMs)
    arguments.fail("durationMs", "1 ms to a day");
  if (static_cast<double>(window.marginMs) > mostMs) arguments.fail("marginMs", "at most a day");
  if (!(window.sigmaMs >= 0 && window.sigmaMs <= 1e6)) arguments.fail("sigmaMs", "0 to 1e6");
  const auto times = arguments.inPlace<double>("timesMs");
  const auto offsets = arguments.array<int32_t>("offsets");
  int32_t previous = 0;
  for (const int32_t offset : offsets) {
    if (offset < previous || static_cast<size_t>(offset) > times.size())
      arguments.fail("offsets", "rising places in timesMs");
    previous = offset;
  }
  if (offsets.empty()) arguments.fail("offsets", "one element more than there are units");
  const auto events = arguments.array<double>("eventsMs");
  const auto rates = arguments.output<float>("rates", sizeOf({offsets.size() - 1, events.size(), window.durationMs}));
  return startJob(arguments, [=](const Job& job) {
    alignedRates(job, AlignedTrains{times, offsets, events}, window, rates);
  });
}

Napi::Value bindBootstrapMedians(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const size_t length = arguments.count("length");
  const auto values = arguments.inPlace<double>("values");
  if (length < 1 || values.size() % length != 0) arguments.fail("length", "a whole number of rows");
  const BootstrapParams params{arguments.count("sampleSize"), arguments.count("samples"),
                               static_cast<uint64_t>(arguments.count("seed"))};
  if (params.sampleSize < 1 || params.sampleSize > 1'000'000) arguments.fail("sampleSize", "1 to 1e6");
  if (params.samples < 1 || params.samples > 10'000'000) arguments.fail("samples", "1 to 1e7");
  const auto percents = arguments.array<double>("percents");
  for (const double percent : percents) {
    if (!(percent >= 0 && percent <= 100)) arguments.fail("percents", "0 to 100");
  }
  const auto percentiles = arguments.output<double>("percentiles", values.size() / length * percents.size());
  return startJob(arguments,
                  [=](const Job& job) { bootstrapMedians(job, values, length, params, percents, percentiles); });
}

} // namespace

void registerAlignment(Napi::Env env, Napi::Object exports) {
  add(env, exports, "alignedRates", bindAlignedRates);
  add(env, exports, "bootstrapMedians", bindBootstrapMedians);
}

} // namespace dant::binding
