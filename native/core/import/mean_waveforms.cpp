#include "core/import/mean_waveforms.h"

#include "core/import/filter.h"
#include "core/simd/kernels.h"

#include <algorithm>
#include <numeric>
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

void finishMeans(const Job& job, std::span<const int32_t> sums, std::span<const int32_t> counts,
                 std::span<const double> uvPerBit, const MeanParams& params, const MeanWaveforms& out) {
  const size_t window = params.window();
  const size_t units = counts.size();
  const size_t channels = uvPerBit.size();
  const size_t edge = params.margin + params.maxShift;
  const size_t kept = params.samples + 2 * params.maxShift;
  std::optional<HighPass> filter;
  if (params.highPassHz > 0) filter.emplace(params.highPassHz, params.sampleRateHz);

  parallelFor(
      job, units,
      [&](size_t u) {
        std::vector<double> mean(window), room(window + 2 * HighPass::padding), all(channels * kept);
        size_t peak = 0;
        double largest = -1;
        for (size_t c = 0; c < channels; ++c) {
          const int32_t* const sum = sums.data() + (c * units + u) * window;
          const double scale = uvPerBit[c] / counts[u];
          for (size_t t = 0; t < window; ++t) mean[t] = sum[t] * scale;
          if (filter) {
            filter->zeroPhase(mean, room);
          } else if (params.margin > 0) {
            const auto from = mean.begin();
            const auto side = static_cast<ptrdiff_t>(params.margin);
            const double total =
                std::accumulate(from, from + side, 0.0) + std::accumulate(mean.end() - side, mean.end(), 0.0);
            for (double& value : mean) value -= total / (2 * static_cast<double>(side));
          }
          std::copy_n(mean.begin() + static_cast<ptrdiff_t>(params.margin), kept,
                      all.begin() + static_cast<ptrdiff_t>(c * kept));
          const auto middle = mean.begin() + static_cast<ptrdiff_t>(edge);
          const auto [low, high] = std::minmax_element(middle, middle + static_cast<ptrdiff_t>(params.samples));
          if (*high - *low > largest) {
            largest = *high - *low;
            peak = c;
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
