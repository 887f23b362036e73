#include "binding/async_job.h"
#include "binding/stages.h"
#include "core/import/mean_waveforms.h"
#include "core/import/raw_samples.h"

namespace dant::binding {

namespace {

RawBlock blockOf(const Arguments& arguments, size_t channels) {
  const size_t capacity = arguments.count("capacity");
  return {arguments.output<int16_t>("block", channels * capacity), channels, capacity};
}

Napi::Value bindTakeSamples(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const size_t rows = arguments.count("rows");
  const size_t columns = arguments.count("columns");
  const RawPiece piece{arguments.output<int16_t>("samples", rows * columns),
                       rows,
                       columns,
                       arguments.boolean("columnMajor"),
                       arguments.boolean("timeDifferences"),
                       arguments.boolean("columnDifferences")};
  const auto given = arguments.array<int32_t>("channels");
  const std::vector<int32_t> channels(given.begin(), given.end());
  for (const int32_t channel : channels) {
    if (channel < 0 || static_cast<size_t>(channel) >= columns) arguments.fail("channels", "columns of the samples");
  }
  const auto block = blockOf(arguments, channels.size());
  const size_t at = arguments.count("at");
  if (at > block.capacity || rows > block.capacity - at) arguments.fail("at", "room for the samples behind it");
  return startJob(arguments, [=](const Job& job) { takeSamples(job, piece, channels, block, at); });
}

Napi::Value bindKeepSamples(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto block = blockOf(arguments, arguments.count("channels"));
  const size_t filled = arguments.count("filled");
  const size_t count = arguments.count("count");
  if (count > filled || filled > block.capacity) arguments.fail("filled", "at least count, at most capacity");
  return startJob(arguments, [=](const Job& job) { keepSamples(job, block, filled, count); });
}

Napi::Value bindAddWindows(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto block = blockOf(arguments, arguments.count("channels"));
  const size_t length = arguments.count("window");
  const auto givenStarts = arguments.array<int32_t>("starts");
  const auto givenOffsets = arguments.array<int32_t>("offsets");
  // Copies, which JavaScript cannot change behind the checks.
  const std::vector<int32_t> starts(givenStarts.begin(), givenStarts.end());
  const std::vector<int32_t> offsets(givenOffsets.begin(), givenOffsets.end());
  for (const int32_t start : starts) {
    if (start < 0 || length > block.capacity || static_cast<size_t>(start) > block.capacity - length) {
      arguments.fail("starts", "windows within the block");
    }
  }
  int32_t previous = 0;
  for (const int32_t offset : offsets) {
    if (offset < previous || static_cast<size_t>(offset) > starts.size()) {
      arguments.fail("offsets", "rising places in starts");
    }
    previous = offset;
  }
  if (offsets.empty()) arguments.fail("offsets", "one element more than there are units");
  const auto sums = arguments.output<int32_t>("sums", block.channels * (offsets.size() - 1) * length);
  return startJob(arguments, [=](const Job& job) {
    addWindows(job, block, UnitWindows{starts, offsets, length}, sums);
  });
}

Napi::Value bindFinishMeans(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const MeanParams params{arguments.number("sampleRateHz"), arguments.number("highPassHz"),
                          arguments.count("samples"),       arguments.count("trough"),
                          arguments.count("margin"),        arguments.count("maxShift")};
  if (params.trough >= params.samples) arguments.fail("trough", "a sample of the waveform");
  if (!(params.highPassHz >= 0 && 2 * params.highPassHz < params.sampleRateHz)) {
    arguments.fail("highPassHz", "a frequency below half of the sampling rate");
  }
  const auto counts = arguments.array<int32_t>("counts");
  const auto uvPerBit = arguments.array<double>("uvPerBit");
  const size_t units = counts.size();
  const size_t channels = uvPerBit.size();
  if (channels == 0) arguments.fail("uvPerBit", "at least one channel");
  const auto sums = arguments.array<int32_t>("sums", channels * units * params.window());
  const MeanWaveforms out{arguments.output<float>("waveforms", units * channels * params.samples),
                          arguments.output<int32_t>("shifts", units), arguments.output<int32_t>("peakChannels", units)};
  return startJob(arguments, [=](const Job& job) { finishMeans(job, sums, counts, uvPerBit, params, out); });
}

} // namespace

void registerImport(Napi::Env env, Napi::Object exports) {
  add(env, exports, "takeSamples", bindTakeSamples);
  add(env, exports, "keepSamples", bindKeepSamples);
  add(env, exports, "addWindows", bindAddWindows);
  add(env, exports, "finishMeans", bindFinishMeans);
}

} // namespace dant::binding
