#include "binding/async_job.h"
#include "binding/channels_argument.h"
#include "binding/stages.h"
#include "core/import/common_median.h"
#include "core/import/mean_waveforms.h"
#include "core/import/raw_samples.h"
#include "core/import/read_samples.h"
#include "core/import/window_sums.h"

#include <optional>

namespace dant::binding {

namespace {

RawBlock blockOf(const Arguments& arguments, size_t channels) {
  const size_t capacity = arguments.count("capacity");
  return {arguments.output<int16_t>("block", sizeOf({RawBlock::tilesOf(channels), tileChannels, capacity})), channels,
          capacity};
}

/// Rows of the block that are filled.
size_t filledRows(const Arguments& arguments, const RawBlock& block) {
  const size_t rows = arguments.count("rows");
  if (rows < 1 || rows > block.capacity) arguments.fail("rows", "at least 1 and at most capacity");
  return rows;
}

size_t placeOf(const Arguments& arguments, const RawBlock& block, size_t rows) {
  const size_t at = arguments.count("at");
  if (at > block.capacity || rows > block.capacity - at) arguments.fail("at", "room for the rows behind it");
  return at;
}

RawPiece pieceOf(const Arguments& arguments) {
  const size_t rows = arguments.count("rows");
  const size_t columns = arguments.count("columns");
  return {arguments.output<int16_t>("samples", sizeOf({rows, columns})), rows, columns,
          arguments.boolean("columnMajor")};
}

/// None if the recording is filtered already.
std::optional<ZeroPhaseHighPass> filterOf(const Arguments& arguments) {
  const double cutHz = arguments.number("highPassHz");
  const double sampleRateHz = arguments.number("sampleRateHz");
  if (!(cutHz >= 0 && 2 * cutHz < sampleRateHz)) {
    arguments.fail("highPassHz", "a frequency below half of the sampling rate");
  }
  if (cutHz == 0) return std::nullopt;
  return ZeroPhaseHighPass(cutHz, sampleRateHz);
}

size_t outsideSize(size_t tiles, size_t units, bool filtered) {
  return filtered ? tiles * units * 2 * decayStates * tileChannels : 0;
}

Napi::Value bindReadSamples(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const double offset = arguments.number("offsetBytes");
  if (!(offset >= 0 && offset < 9e15)) arguments.fail("offsetBytes", "a place in a file");
  const FileRows rows{arguments.text("path"), static_cast<uint64_t>(offset), arguments.count("rows"),
                      arguments.count("columns")};
  if (rows.columns < 1 || rows.columns > 100000) arguments.fail("columns", "1 to 100000 columns");
  const auto channels = channelsOf(arguments, rows.columns);
  const auto block = blockOf(arguments, channels.size());
  const size_t at = placeOf(arguments, block, rows.rows);
  return startJob(arguments, Compute([=](const Job& job) -> Finish {
                    const bool good = readSamples(job, rows, channels, block, at);
                    return [good](Napi::Env env) { return Napi::Boolean::New(env, good); };
                  }));
}

Napi::Value bindSumDifferences(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto piece = pieceOf(arguments);
  const bool alongTime = arguments.boolean("alongTime");
  const bool acrossColumns = arguments.boolean("acrossColumns");
  return startJob(arguments, [=](const Job& job) { sumDifferences(job, piece, alongTime, acrossColumns); });
}

Napi::Value bindTakeSamples(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto piece = pieceOf(arguments);
  const auto channels = channelsOf(arguments, piece.columns);
  const size_t first = arguments.count("first");
  const size_t count = arguments.count("count");
  if (first > piece.rows || count > piece.rows - first) arguments.fail("first", "rows of the samples");
  const auto block = blockOf(arguments, channels.size());
  const size_t at = placeOf(arguments, block, count);
  return startJob(arguments, [=](const Job& job) { takeSamples(job, piece, first, count, channels, block, at); });
}

Napi::Value bindAddWindows(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto block = blockOf(arguments, arguments.count("channels"));
  const size_t rows = filledRows(arguments, block);
  const size_t length = arguments.count("window");
  const auto starts = arguments.array<int32_t>("starts");
  const auto offsets = arguments.array<int32_t>("offsets");
  for (const int32_t start : starts) {
    if (start < 0 || length > rows || static_cast<size_t>(start) > rows - length) {
      arguments.fail("starts", "windows within the block");
    }
  }
  if (offsets.empty() || offsets[0] != 0) arguments.fail("offsets", "0, and one element more than there are units");
  int32_t previous = 0;
  for (const int32_t offset : offsets) {
    if (offset < previous || static_cast<size_t>(offset) > starts.size()) {
      arguments.fail("offsets", "rising places in starts");
    }
    previous = offset;
  }
  const auto filter = filterOf(arguments);
  const size_t units = offsets.size() - 1;
  const WindowSums sums{
      arguments.output<int32_t>("sums", sizeOf({block.tiles(), units, length, tileChannels})),
      arguments.output<double>("outside", outsideSize(block.tiles(), units, filter.has_value())),
  };
  return startJob(arguments, [=](const Job& job) {
    addWindows(job, block, rows, UnitWindows{starts, offsets, length}, filter ? &*filter : nullptr, sums);
  });
}

Napi::Value bindAddRowTotals(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto block = blockOf(arguments, arguments.count("channels"));
  const size_t rows = filledRows(arguments, block);
  const auto totals = arguments.output<double>("totals", block.tiles() * tileChannels);
  return startJob(arguments, [=](const Job& job) { addRowTotals(job, block, rows, totals); });
}

Napi::Value bindCommonMedians(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto uvPerBit = arguments.array<double>("uvPerBit");
  if (uvPerBit.empty()) arguments.fail("uvPerBit", "at least one channel");
  const auto block = blockOf(arguments, uvPerBit.size());
  const size_t rows = filledRows(arguments, block);
  const size_t first = arguments.count("first");
  const auto medians = arguments.output<float>("medians");
  if (first > rows || medians.size() > rows - first) arguments.fail("medians", "one for each row from the first on");
  const auto baselines = arguments.array<double>("baselines", uvPerBit.size());
  const auto filter = filterOf(arguments);
  return startJob(arguments, [=](const Job& job) {
    commonMedians(job, block, rows, first, filter ? &*filter : nullptr, baselines, uvPerBit, medians);
  });
}

Napi::Value bindFinishMeans(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const MeanParams params{arguments.count("samples"), arguments.count("trough"), arguments.count("maxShift"),
                          arguments.count("parts")};
  if (params.trough >= params.samples) arguments.fail("trough", "a sample of the waveform");
  if (params.parts != 1 && params.parts != 2) arguments.fail("parts", "1 or 2");
  const auto filter = filterOf(arguments);
  const auto uvPerBit = arguments.array<double>("uvPerBit");
  const size_t channels = uvPerBit.size();
  if (channels == 0) arguments.fail("uvPerBit", "at least one channel");
  const auto counts = arguments.array<int32_t>("counts");
  const size_t units = counts.size() / params.parts;
  const size_t tiles = RawBlock::tilesOf(channels);
  const size_t size = sizeOf({units, channels, params.samples});
  const PartSums sums{
      arguments.inPlace<int32_t>("sums", sizeOf({tiles, counts.size(), params.window(), tileChannels})),
      arguments.inPlace<double>("outside", outsideSize(tiles, counts.size(), filter.has_value())),
      arguments.array<int32_t>("counts", sizeOf({units, params.parts})),
      arguments.array<double>("baselines", channels),
      arguments.array<double>("medians"),
  };
  if (!sums.medians.empty() && sums.medians.size() != counts.size() * params.window()) {
    arguments.fail("medians", "a window for each sum, or nothing");
  }
  const MeanWaveforms out{
      arguments.output<float>("waveforms", size),
      arguments.output<float>("halves", params.parts == 2 ? 2 * size : 0),
      arguments.output<int32_t>("shifts", units),
      arguments.output<int32_t>("peakChannels", units),
  };
  return startJob(arguments,
                  [=](const Job& job) { finishMeans(job, sums, uvPerBit, filter ? &*filter : nullptr, params, out); });
}

} // namespace

void registerImport(Napi::Env env, Napi::Object exports) {
  add(env, exports, "readSamples", bindReadSamples);
  add(env, exports, "sumDifferences", bindSumDifferences);
  add(env, exports, "takeSamples", bindTakeSamples);
  add(env, exports, "addWindows", bindAddWindows);
  add(env, exports, "addRowTotals", bindAddRowTotals);
  add(env, exports, "commonMedians", bindCommonMedians);
  add(env, exports, "finishMeans", bindFinishMeans);
}

} // namespace dant::binding
