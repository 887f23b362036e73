#include "core/import/mean_waveforms.h"

#include "core/import/filter.h"
#include "core/simd/kernels.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace dant {

void addWindows(const Job& job, const RawBlock& block, const UnitWindows& windows, std::span<int32_t> sums) {
  const auto add = kernels().addWindows;
  parallelFor(job, block.channels, [&](size_t c) {
    const int16_t* const samples = block.channel(c);
    std::vector<const int16_t*> places;
    for (size_t u = 0; u < windows.units(); ++u) {
      places.clear();
      for (int32_t i = windows.offsets[u]; i < windows.offsets[u + 1]; ++i) {
        places.push_back(samples + windows.starts[static_cast<size_t>(i)]);
      }
      if (places.empty()) continue;
      job.throwIfAborted();
      add(places.data(), places.size(), windows.length, sums.data() + (c * windows.units() + u) * windows.length);
    }
  });
}

namespace {

/// Subtracts from each lane the mean of its first and last `margin` samples.
void subtractMargins(std::span<double> means, size_t margin) {
  constexpr size_t lanes = HighPass::lanes;
  const size_t samples = means.size() / lanes;
  if (margin == 0) return;
  for (size_t k = 0; k < lanes; ++k) {
    double total = 0;
    for (size_t t = 0; t < margin; ++t) total += means[t * lanes + k] + means[(samples - 1 - t) * lanes + k];
    for (size_t t = 0; t < samples; ++t) means[t * lanes + k] -= total / (2 * static_cast<double>(margin));
  }
}

} // namespace

void finishMeans(const Job& job, std::span<const int32_t> sums, std::span<const int32_t> counts,
                 std::span<const double> uvPerBit, const MeanParams& params, const MeanWaveforms& out) {
  const size_t window = params.window();
  const size_t units = counts.size();
  const size_t channels = uvPerBit.size();
  const size_t kept = params.samples + 2 * params.maxShift;
  std::optional<HighPass> filter;
  if (params.highPassHz > 0) filter.emplace(params.highPassHz, params.sampleRateHz);

  parallelFor(
      job, units,
      [&](size_t u) {
        constexpr size_t lanes = HighPass::lanes;
        std::vector<double> means(window * lanes), room((window + 2 * HighPass::padding) * lanes), all(channels * kept);
        size_t peak = 0;
        double largest = -1;
        for (size_t c0 = 0; c0 < channels; c0 += lanes) {
          const size_t count = std::min(lanes, channels - c0);
          for (size_t k = 0; k < count; ++k) {
            const int32_t* const sum = sums.data() + ((c0 + k) * units + u) * window;
            const double scale = uvPerBit[c0 + k] / counts[u];
            for (size_t t = 0; t < window; ++t) means[t * lanes + k] = sum[t] * scale;
          }
          if (filter) filter->zeroPhase(means, room);
          else subtractMargins(means, params.margin);
          for (size_t k = 0; k < count; ++k) {
            double* const to = all.data() + (c0 + k) * kept;
            for (size_t t = 0; t < kept; ++t) to[t] = means[(params.margin + t) * lanes + k];
            const auto [low, high] = std::minmax_element(to + params.maxShift, to + params.maxShift + params.samples);
            if (*high - *low > largest) {
              largest = *high - *low;
              peak = c0 + k;
            }
          }
        }
        const auto search = all.begin() + static_cast<ptrdiff_t>(peak * kept + params.trough);
        const auto lowest = std::min_element(search, search + static_cast<ptrdiff_t>(2 * params.maxShift + 1));
        const auto late = static_cast<size_t>(lowest - search);
        out.shifts[u] = static_cast<int32_t>(late) - static_cast<int32_t>(params.maxShift);
        out.peakChannels[u] = static_cast<int32_t>(peak);
        for (size_t c = 0; c < channels; ++c) {
          const double* const from = all.data() + c * kept + late;
          std::transform(from, from + params.samples, out.waveforms.data() + (u * channels + c) * params.samples,
                         [](double value) { return static_cast<float>(value); });
        }
      },
      true);
}

} // namespace dant
