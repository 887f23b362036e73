#include "core/resample/polyphase.h"

#include "core/job/scratch.h"
#include "core/simd/kernels.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dant {

namespace {

constexpr size_t lanes = tileChannels;
constexpr size_t outputsAtOnce = 64;

struct Room {
  std::vector<double> rows; ///< (rows that some outputs need, lanes)
  std::vector<double> taps;
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

/// Whether columns follow each other, as many as are summed at once
bool areNeighbours(std::span<const int32_t> columns) {
  for (size_t c = 0; c < columns.size(); ++c)
    if (columns[c] != columns[0] + static_cast<int32_t>(c)) return false;
  return columns.size() == lanes;
}

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
    const size_t c0 = tile * lanes;
    const size_t used = std::min(lanes, width - c0);
    const auto columns = wanted.columns.subspan(c0, used);
    const double* const minima = wanted.minima.data() + c0;
    const bool neighbours = areNeighbours(columns);
    scratch.with([&](Room& room) {
      const std::ptrdiff_t from = taps.first(begin);
      const std::ptrdiff_t to = taps.last(end - 1) + 1;
      room.rows.assign(static_cast<size_t>(to - from) * lanes, 0.0);
      for (std::ptrdiff_t row = std::max<std::ptrdiff_t>(from, 0); row < std::min(to, total); ++row) {
        const Sample* const samples = signal.samples.data() + static_cast<size_t>(row - held) * signal.columns;
        double* const values = room.rows.data() + static_cast<size_t>(row - from) * lanes;
        if (neighbours) {
          // A loop whose length is known at compile time becomes vectors.
          const Sample* const own = samples + columns[0];
          for (size_t c = 0; c < lanes; ++c) values[c] = static_cast<double>(own[c]) - minima[c];
        } else {
          for (size_t c = 0; c < used; ++c) values[c] = static_cast<double>(samples[columns[c]]) - minima[c];
        }
      }
      std::array<double, lanes> sums{};
      for (size_t m = begin; m < end; ++m) {
        const auto weights = taps.of(m, room.taps);
        const double* const rows = room.rows.data() + static_cast<size_t>(taps.first(m) - from) * lanes;
        kernel.weighRows(weights.data(), weights.size(), rows, sums.data());
        Value* const values = resampled.data() + (m - first) * width + c0;
        for (size_t c = 0; c < used; ++c) {
          values[c] = static_cast<Value>((sums[c] + minima[c]) * wanted.scales[c0 + c]);
        }
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
