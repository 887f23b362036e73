#include "binding/async_job.h"
#include "binding/channels_argument.h"
#include "binding/stages.h"
#include "core/resample/fourier.h"
#include "core/resample/medians.h"
#include "core/resample/polyphase.h"
#include "core/resample/spread.h"

#include <cmath>

namespace dant::binding {

namespace {

/// More would be no sampling rates.
constexpr double mostSamples = 1e5;

RateRatio ratioOf(const Arguments& arguments) {
  const RateRatio ratio{arguments.count("up"), arguments.number("down")};
  if (ratio.up < 1 || static_cast<double>(ratio.up) > mostSamples) arguments.fail("up", "1 to 100000");
  if (!(ratio.down > 0 && ratio.down <= mostSamples)) arguments.fail("down", "a number above 0, at most 100000");
  if (!ratio.isWhole() && ratio.up != 1) arguments.fail("down", "a whole number, as up is not 1");
  return ratio;
}

size_t columnCount(const Arguments& arguments, size_t samples) {
  const size_t columns = arguments.count("columns");
  if (columns < 1 || columns > samples + 1 || samples % columns != 0)
    arguments.fail("columns", "whole rows of samples");
  return columns;
}

template <class Sample, class Value>
Napi::Value startPolyphase(const Arguments& arguments, std::span<const Sample> samples) {
  const size_t columns = columnCount(arguments, samples.size());
  const SignalRows<Sample> rows{samples, columns, arguments.count("firstRow"), arguments.count("totalRows")};
  if (rows.total > (size_t{1} << 40) || rows.first > rows.total || rows.rows() > rows.total - rows.first) {
    arguments.fail("totalRows", "at least the rows that are handed in, at most 2^40");
  }
  const auto channels = channelsOf(arguments, columns);
  const auto minima = arguments.array<double>("minima", channels.size());
  const auto scales = arguments.array<double>("scales", channels.size());
  const auto ratio = ratioOf(arguments);
  const size_t first = arguments.count("firstOutput");
  const auto resampled = arguments.output<Value>("resampled");
  if (channels.empty() || resampled.size() % channels.size() != 0)
    arguments.fail("resampled", "whole rows of channels");
  const size_t outputs = ratio.outputs(rows.total);
  if (first > outputs || resampled.size() / channels.size() > outputs - first) {
    arguments.fail("resampled", "no more rows than the signal gives");
  }
  return startJob(arguments, [=](const Job& job) {
    polyphase(job, rows, ResampledColumns{channels, minima, scales}, ratio, first, resampled);
  });
}

template <class Sample> Napi::Value startPolyphaseOf(const Arguments& arguments) {
  const auto samples = arguments.inPlace<Sample>("samples");
  return arguments.isFloat32("resampled") ? startPolyphase<Sample, float>(arguments, samples)
                                          : startPolyphase<Sample, double>(arguments, samples);
}

Napi::Value bindPolyphase(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  return arguments.isFloat64("samples") ? startPolyphaseOf<double>(arguments) : startPolyphaseOf<int16_t>(arguments);
}

template <class Sample> Napi::Value startMinima(const Arguments& arguments) {
  const auto samples = arguments.inPlace<Sample>("samples");
  const size_t columns = columnCount(arguments, samples.size());
  const auto channels = channelsOf(arguments, columns);
  const auto minima = arguments.output<double>("minima", channels.size());
  return startJob(arguments, [=](const Job& job) { columnMinima(job, samples, columns, channels, minima); });
}

Napi::Value bindColumnMinima(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  return arguments.isFloat64("samples") ? startMinima<double>(arguments) : startMinima<int16_t>(arguments);
}

template <class Sample> Napi::Value startReferencing(const Arguments& arguments) {
  const auto samples = arguments.inPlace<Sample>("samples");
  const size_t columns = columnCount(arguments, samples.size());
  const auto channels = channelsOf(arguments, columns);
  if (channels.empty()) arguments.fail("channels", "at least one");
  const auto offsets = arguments.array<double>("offsets", channels.size());
  const auto scales = arguments.array<double>("scales", channels.size());
  const auto referenced = arguments.output<double>("referenced", samples.size() / columns * channels.size());
  return startJob(arguments, [=](const Job& job) {
    subtractRowMedians(job, samples, columns, channels, offsets, scales, referenced);
  });
}

Napi::Value bindSubtractRowMedians(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  return arguments.isFloat32("samples") ? startReferencing<float>(arguments) : startReferencing<int16_t>(arguments);
}

Napi::Value bindRowMedians(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const size_t length = arguments.count("length");
  const auto values = arguments.inPlace<float>("values");
  if (length < 1 || values.size() % length != 0) arguments.fail("length", "a whole number of rows");
  const auto medians = arguments.output<double>("medians", values.size() / length);
  return startJob(arguments, [=](const Job& job) { rowMedians(job, values, length, medians); });
}

template <class Value> Napi::Value startSums(const Arguments& arguments) {
  const auto rows = arguments.inPlace<Value>("rows");
  const auto origin = arguments.array<double>("origin");
  if (origin.empty() || rows.size() % origin.size() != 0) arguments.fail("origin", "a number for each column");
  const ColumnSums totals{origin, arguments.output<double>("sums", origin.size()),
                          arguments.output<double>("squares", origin.size())};
  return startJob(arguments, [=](const Job& job) { addToSums(job, rows, totals); });
}

Napi::Value bindAddToSums(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  return arguments.isFloat32("rows") ? startSums<float>(arguments) : startSums<double>(arguments);
}

Napi::Value bindFourierResample(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const size_t length = arguments.count("length");
  const size_t newLength = arguments.count("newLength");
  const auto signals = arguments.inPlace<double>("signals");
  if (length < 1 || signals.size() % length != 0) arguments.fail("length", "a whole number of signals");
  const size_t count = signals.size() / length;
  const auto resampled = arguments.output<double>("resampled");
  if (newLength < 1 || resampled.size() / newLength != count || resampled.size() % newLength != 0) {
    arguments.fail("newLength", "room for as many signals");
  }
  return startJob(arguments, [=](const Job& job) { fourierResample(job, signals, length, resampled, newLength); });
}

} // namespace

void registerResample(Napi::Env env, Napi::Object exports) {
  add(env, exports, "polyphase", bindPolyphase);
  add(env, exports, "columnMinima", bindColumnMinima);
  add(env, exports, "subtractRowMedians", bindSubtractRowMedians);
  add(env, exports, "rowMedians", bindRowMedians);
  add(env, exports, "addToSums", bindAddToSums);
  add(env, exports, "fourierResample", bindFourierResample);
}

} // namespace dant::binding
