#include "binding/async_job.h"
#include "binding/spike_trains_argument.h"
#include "binding/stages.h"
#include "core/features/centring.h"
#include "core/features/correlogram.h"
#include "core/features/gaussian.h"
#include "core/features/isi_histogram.h"
#include "core/features/locate.h"

#include <cmath>

namespace dant::binding {

namespace {

constexpr double maxBins = 1e5;

size_t atLeastOne(const Arguments& arguments, const char* key) {
  const size_t count = arguments.count(key);
  if (count == 0) arguments.fail(key, "an integer of at least 1");
  return count;
}

Napi::Value bindLocateUnits(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const size_t units = arguments.count("units");
  const size_t channels = atLeastOne(arguments, "channels");
  const size_t samples = atLeastOne(arguments, "samples");
  const auto locations = arguments.array<double>("channelLocationsUm", 2 * channels);
  const size_t nearest = atLeastOne(arguments, "nearestChannels");
  const auto algorithm =
      arguments.boolean("monopolar") ? LocationAlgorithm::monopolarTriangulation : LocationAlgorithm::centerOfMass;
  const UnitLocations out{arguments.output<int32_t>("peakChannels", units),
                          arguments.output<double>("locationsUm", 3 * units),
                          arguments.output<double>("amplitudes", units)};
  const auto start = [&](auto waveforms) {
    return startJob(arguments,
                    [=](const Job& job) { locateUnits(job, waveforms, samples, locations, nearest, algorithm, out); });
  };
  const size_t length = sizeOf({units, channels, samples});
  return arguments.isFloat32("waveforms")
             ? start(std::span<const float>(arguments.inPlace<float>("waveforms", length)))
             : start(std::span<const double>(arguments.inPlace<double>("waveforms", length)));
}

Napi::Value bindCentreWaveforms(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const size_t channels = atLeastOne(arguments, "channels");
  const size_t samples = atLeastOne(arguments, "samples");
  const size_t length = sizeOf({arguments.count("units"), channels, samples});
  const auto start = [&]<class Sample>(std::span<const Sample> waveforms) {
    return startJob(arguments, [=, out = arguments.output<Sample>("out", length)](const Job& job) {
      centreWaveforms<Sample>(job, waveforms, channels, samples, out);
    });
  };
  return arguments.isFloat32("waveforms") ? start(arguments.inPlace<float>("waveforms", length))
                                          : start(arguments.inPlace<double>("waveforms", length));
}

Napi::Value bindSpikeRanges(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto trains = spikeTrainsOf(arguments);
  const auto smallest = arguments.output<double>("smallestMs", trains.units());
  const auto largest = arguments.output<double>("largestMs", trains.units());
  return startJob(arguments, [=](const Job& job) { spikeRanges(job, trains, smallest, largest); });
}

struct Binning {
  double windowMs, widthMs, sigmaMs;
};

Binning binningOf(const Arguments& arguments) {
  const Binning binning{arguments.number("windowMs"), arguments.number("binWidthMs"),
                        arguments.has("gaussianSigmaMs") ? arguments.number("gaussianSigmaMs") : 0};
  const double bins = binning.windowMs / binning.widthMs;
  const double sigmaBins = binning.sigmaMs / binning.widthMs;
  const bool isFinite = std::isfinite(binning.windowMs) && std::isfinite(binning.widthMs);
  if (!(isFinite && binning.windowMs > 0 && binning.widthMs > 0 && bins <= maxBins)) {
    arguments.fail("windowMs and binWidthMs", "at most 100000 bins");
  }
  if (!(sigmaBins >= 0 && sigmaBins <= maxSigmaBins)) arguments.fail("gaussianSigmaMs", "at most 100000 bins");
  return binning;
}

Napi::Value bindAutoCorrelograms(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto trains = spikeTrainsOf(arguments);
  const auto [windowMs, widthMs, sigmaMs] = binningOf(arguments);
  const size_t length = 2 * correlogramBins(windowMs, widthMs) - 1;
  const auto out = arguments.output<double>("out", trains.units() * length);
  return startJob(arguments, [=](const Job& job) { autoCorrelograms(job, trains, windowMs, widthMs, sigmaMs, out); });
}

Napi::Value bindIsiHistograms(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto trains = spikeTrainsOf(arguments);
  const auto [windowMs, widthMs, sigmaMs] = binningOf(arguments);
  const auto out = arguments.output<double>("out", trains.units() * isiBins(windowMs, widthMs));
  return startJob(arguments, [=](const Job& job) { isiHistograms(job, trains, windowMs, widthMs, sigmaMs, out); });
}

Napi::Value bindCrossCorrelogram(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto a = arguments.array<double>("a");
  const auto b = arguments.array<double>("b");
  const auto binning = binningOf(arguments);
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    auto counts = crossCorrelogram(job, a, b, binning.windowMs, binning.widthMs);
                    return [counts = std::move(counts)](Napi::Env env) { return toTypedArray(env, counts); };
                  }));
}

Napi::Value bindGaussianFilter(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto rows = arguments.inPlace<double>("rows");
  const size_t length = atLeastOne(arguments, "length");
  const double sigmaBins = arguments.number("sigmaBins");
  const auto out = arguments.output<double>("out", rows.size());
  if (rows.size() % length != 0) arguments.fail("rows", "whole rows");
  if (!(sigmaBins >= 0 && sigmaBins <= maxSigmaBins)) arguments.fail("sigmaBins", "at most 100000");
  return startJob(arguments, [=](const Job& job) { smoothRows(job, rows, length, sigmaBins, out); });
}

} // namespace

void registerFeatures(Napi::Env env, Napi::Object exports) {
  add(env, exports, "locateUnits", bindLocateUnits);
  add(env, exports, "centreWaveforms", bindCentreWaveforms);
  add(env, exports, "spikeRanges", bindSpikeRanges);
  add(env, exports, "autoCorrelograms", bindAutoCorrelograms);
  add(env, exports, "isiHistograms", bindIsiHistograms);
  add(env, exports, "crossCorrelogram", bindCrossCorrelogram);
  add(env, exports, "gaussianFilter1d", bindGaussianFilter);
}

} // namespace dant::binding
