#include "core/similarity/waveform_panels.h"

#include "core/simd/kernels.h"

#include <algorithm>

namespace dant {

namespace {

/// First channel with the largest difference between its maximum and minimum.
size_t peakChannel(const double* waveform, size_t channels, size_t samples) {
  size_t peak = 0;
  double largest = -1;
  for (size_t c = 0; c < channels; ++c) {
    const auto [low, high] = std::minmax_element(waveform + c * samples, waveform + (c + 1) * samples);
    if (*high - *low > largest) {
      largest = *high - *low;
      peak = c;
    }
  }
  return peak;
}

} // namespace

WaveformPanels makePanels(const Job& job, const Waveforms& waveforms, const Neighbourhoods& neighbourhoods,
                          const Kriging* kriging, std::span<const double> shiftsUm, std::span<const int32_t> order) {
  WaveformPanels p;
  p.units = waveforms.count();
  p.channels = waveforms.channels;
  p.samples = waveforms.samples;
  p.width = static_cast<size_t>(kernels().width);
  const size_t size = waveforms.size();
  p.values = std::make_unique_for_overwrite<float[]>(p.panels() * size * p.width);
  p.sums.resize(p.panels() * p.channels * p.width);
  p.squares.resize(p.sums.size());
  p.group.resize(p.units);
  size_t largestGroup = 0;
  for (const auto& members : neighbourhoods.members) largestGroup = std::max(largestGroup, members.size());
  p.ownOffset.resize(p.units);
  for (size_t i = 0; i < p.units; ++i) p.ownOffset[i] = i * largestGroup * p.samples;
  p.own.resize(p.units * largestGroup * p.samples);

  parallelFor(job, p.panels(), [&](size_t panel) {
    Corrector corrector(waveforms, kriging);
    std::vector<float> rows(p.width * size); // (lane, C, T)
    for (size_t lane = 0; lane < p.width; ++lane) {
      const size_t position = panel * p.width + lane;
      if (position >= p.units) break;
      job.throwIfAborted();
      const auto unit = static_cast<size_t>(order[position]);
      corrector.select(unit);
      const double* corrected = corrector.corrected(kriging == nullptr ? 0 : shiftsUm[unit]);
      float* row = rows.data() + lane * size;
      std::copy_n(corrected, size, row);
      const size_t peak = peakChannel(corrected, p.channels, p.samples);
      p.group[position] = neighbourhoods.groupOfChannel[peak];
      float* own = p.own.data() + p.ownOffset[position];
      for (const int32_t channel : neighbourhoods.members[static_cast<size_t>(p.group[position])]) {
        own = std::copy_n(row + static_cast<size_t>(channel) * p.samples, p.samples, own);
      }
    }
    for (size_t c = 0; c < p.channels; ++c) {
      float* to = p.values.get() + (panel * p.channels + c) * p.samples * p.width;
      for (size_t lane = 0; lane < p.width; ++lane) {
        const float* row = rows.data() + lane * size + c * p.samples;
        double sum = 0, square = 0;
        for (size_t t = 0; t < p.samples; ++t) {
          const double value = row[t];
          to[t * p.width + lane] = row[t];
          sum += value;
          square += value * value;
        }
        p.sums[(panel * p.channels + c) * p.width + lane] = sum;
        p.squares[(panel * p.channels + c) * p.width + lane] = square;
      }
    }
  });
  return p;
}

} // namespace dant
