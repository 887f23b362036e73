#include "core/resample/polyphase.h"

#include "core/job/large_array.h"
#include "core/job/scratch.h"
#include "core/simd/kernels.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace dant {

namespace {

constexpr size_t lanes = tileChannels;
/// Neighbours share the rows that both need; those of so many fit into the L2 cache.
constexpr size_t outputsAtOnce = 128;

struct Room {
  std::optional<LargeArray<double>> rows; ///< (rows that some outputs need, lanes)
  size_t capacity = 0;
  std::vector<double> taps;

  double* rowsOf(size_t count) {
    if (count > capacity) rows.emplace((capacity = count) * lanes);
    return rows->data();
  }
};

/// Weights for a `down` that is no whole number take 80 kB for each input from one output to the next; of more inputs
/// they are not kept.
constexpr double mostKeptStep = 256;

/// The weights of a ratio. Those of the last one are kept: a signal is resampled block by block.
std::shared_ptr<const ResamplingTaps> tapsOf(RateRatio ratio) {
  if (!ratio.isWhole() && ratio.step() > mostKeptStep) return std::make_shared<const ResamplingTaps>(ratio);
  static std::mutex mutex;
  static RateRatio ofLast{};
  static std::shared_ptr<const ResamplingTaps> last;
  const std::lock_guard lock(mutex);
  if (!last || ofLast.up != ratio.up || ofLast.down != ratio.down) {
    last = std::make_shared<const ResamplingTaps>(ratio);
    ofLast = ratio;
  }
  return last;
}

/// Some of the columns, as many as are summed at once or fewer.
struct Tile {
  std::span<const int32_t> columns;
  std::array<double, lanes> minima{}, scales{};

  Tile(const ResampledColumns& wanted, size_t first)
      : columns(wanted.columns.subspan(first, std::min(lanes, wanted.columns.size() - first))) {
    std::copy_n(wanted.minima.begin() + static_cast<std::ptrdiff_t>(first), columns.size(), minima.begin());
    std::copy_n(wanted.scales.begin() + static_cast<std::ptrdiff_t>(first), columns.size(), scales.begin());
  }

  bool isWholeAndAdjacent() const {
    for (size_t c = 0; c < columns.size(); ++c)
      if (columns[c] != columns[0] + static_cast<int32_t>(c)) return false;
    return columns.size() == lanes;
  }

  /// What `count` rows are above the minima: (count, lanes).
  template <class Sample> void above(const Sample* samples, size_t stride, size_t count, double* rows) const {
    if constexpr (std::is_same_v<Sample, int16_t>) {
      if (isWholeAndAdjacent()) {
        kernels().centreRows(samples + columns[0], stride, count, minima.data(), rows);
        return;
      }
    }
    for (; count > 0; --count, samples += stride, rows += lanes)
      for (size_t c = 0; c < lanes; ++c)
        rows[c] = c < columns.size() ? static_cast<double>(samples[columns[c]]) - minima[c] : 0.0;
  }
};

} // namespace

template <class Sample, class Value> void polyphase(const Job& job, const SignalRows<Sample>& signal,
                                                    const ResampledColumns& wanted, RateRatio ratio, size_t first,
                                                    std::span<Value> resampled) {
  const size_t width = wanted.columns.size();
  if (width == 0 || resampled.empty()) return;
  const size_t count = resampled.size() / width;
  const auto kept = tapsOf(ratio);
  const ResamplingTaps& taps = *kept;
  const auto total = static_cast<std::ptrdiff_t>(signal.total);
  const auto held = static_cast<std::ptrdiff_t>(signal.first);
  const auto heldEnd = held + static_cast<std::ptrdiff_t>(signal.rows());
  if (std::max<std::ptrdiff_t>(taps.first(first), 0) < held ||
      std::min(taps.last(first + count - 1) + 1, total) > heldEnd) {
    throw InputError("Outputs " + std::to_string(first) + " to " + std::to_string(first + count - 1) +
                     " need rows of the signal that were not handed in.");
  }
  const auto& kernel = kernels();
  Scratch<Room> scratch([] { return std::make_unique<Room>(); });
  const size_t tiles = (width + lanes - 1) / lanes;
  const size_t parts = (count + outputsAtOnce - 1) / outputsAtOnce;
  parallelFor(job, parts * tiles, [&](size_t index) {
    const size_t part = index / tiles;
    const size_t tile = index % tiles;
    const size_t begin = first + part * outputsAtOnce;
    const size_t end = std::min(first + count, begin + outputsAtOnce);
    const Tile columns(wanted, tile * lanes);
    const size_t used = columns.columns.size();
    scratch.with([&](Room& room) {
      const std::ptrdiff_t from = taps.first(begin);
      const std::ptrdiff_t to = taps.last(end - 1) + 1;
      const std::ptrdiff_t firstRow = std::clamp<std::ptrdiff_t>(from, 0, total);
      const std::ptrdiff_t endRow = std::clamp<std::ptrdiff_t>(to, firstRow, total);
      double* const rows = room.rowsOf(static_cast<size_t>(to - from));
      const auto place = [&](std::ptrdiff_t row) { return rows + static_cast<size_t>(row - from) * lanes; };
      std::fill(rows, place(firstRow), 0.0);
      columns.above(signal.samples.data() + static_cast<size_t>(firstRow - held) * signal.columns, signal.columns,
                    static_cast<size_t>(endRow - firstRow), place(firstRow));
      std::fill(place(endRow), place(to), 0.0);
      std::array<double, lanes> outputs{};
      for (size_t m = begin; m < end; ++m) {
        const auto weights = taps.of(m, room.taps);
        kernel.weighRows(weights.data(), weights.size(), place(taps.first(m)), columns.minima.data(),
                         columns.scales.data(), outputs.data());
        Value* const values = resampled.data() + (m - first) * width + tile * lanes;
        std::transform(outputs.begin(), outputs.begin() + static_cast<std::ptrdiff_t>(used), values,
                       [](double value) { return static_cast<Value>(value); });
      }
    });
  });
}

template <class Sample> void columnMinima(const Job& job, std::span<const Sample> samples, size_t columns,
                                          std::span<const int32_t> wanted, std::span<double> minima) {
  const size_t rows = samples.size() / columns;
  constexpr size_t rowsAtOnce = 4096;
  const size_t parts = (rows + rowsAtOnce - 1) / rowsAtOnce;
  std::vector<Sample> lowest(parts * columns, std::numeric_limits<Sample>::max());
  parallelFor(job, parts, [&](size_t part) {
    Sample* const own = lowest.data() + part * columns;
    for (size_t row = part * rowsAtOnce; row < std::min(rows, (part + 1) * rowsAtOnce); ++row) {
      const Sample* const values = samples.data() + row * columns;
      for (size_t c = 0; c < columns; ++c) own[c] = values[c] < own[c] ? values[c] : own[c];
    }
  });
  for (size_t part = 0; part < parts; ++part) {
    for (size_t c = 0; c < wanted.size(); ++c) {
      minima[c] = std::min(minima[c], static_cast<double>(lowest[part * columns + static_cast<size_t>(wanted[c])]));
    }
  }
}

template void polyphase(const Job&, const SignalRows<int16_t>&, const ResampledColumns&, RateRatio, size_t,
                        std::span<float>);
template void polyphase(const Job&, const SignalRows<int16_t>&, const ResampledColumns&, RateRatio, size_t,
                        std::span<double>);
template void polyphase(const Job&, const SignalRows<double>&, const ResampledColumns&, RateRatio, size_t,
                        std::span<float>);
template void polyphase(const Job&, const SignalRows<double>&, const ResampledColumns&, RateRatio, size_t,
                        std::span<double>);
template void columnMinima(const Job&, std::span<const int16_t>, size_t, std::span<const int32_t>, std::span<double>);
template void columnMinima(const Job&, std::span<const double>, size_t, std::span<const int32_t>, std::span<double>);

} // namespace dant
