#include "core/import/mean_waveforms.h"
#include "core/import/filter_state.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace dant {

namespace {

constexpr size_t lanes = tileChannels;
using Row = FilterState::Row;

FilterState stateOf(const double* outside, double scale) {
  FilterState state;
  for (size_t k = 0; k < lanes; ++k) {
    state.real[k] = outside[k] * scale;
    state.u[k] = outside[lanes + k] * scale;
    state.v[k] = outside[2 * lanes + k] * scale;
  }
  return state;
}

/// Filters a mean window in place. `outside`: sums (2, decayStates, lanes) of what is before and behind it.
void filterMean(const ZeroPhaseHighPass& filter, std::vector<Row>& mean, const double* outside, double scale) {
  std::vector<Row> filtered(mean.size());
  const FilterResponse here(filter, 0), next(filter, 1);
  FilterState before = stateOf(outside, scale);
  for (size_t t = 0; t < mean.size(); ++t) {
    for (size_t k = 0; k < lanes; ++k) filtered[t][k] = filter.direct * mean[t][k];
    before.next(filter, mean[t]);
    before.addTo(here, filtered[t].data());
  }
  FilterState behind = stateOf(outside + decayStates * lanes, scale);
  for (size_t t = mean.size(); t-- > 0;) {
    behind.addTo(next, filtered[t].data());
    behind.next(filter, mean[t]);
  }
  mean.swap(filtered);
}

/// Mean windows of one unit: of both halves, and of all its spikes.
class UnitMeans {
public:
  UnitMeans(const PartSums& sums, std::span<const double> uvPerBit, const ZeroPhaseHighPass* filter,
            const MeanParams& params, size_t unit)
      : sums_(sums), uvPerBit_(uvPerBit), filter_(filter), params_(params), unit_(unit) {}

  int32_t count(size_t part) const { return sums_.counts[unit_ * params_.parts + part]; }

  /// (channels, window) in µV: the mean of the parts from `first` to before `last`.
  std::vector<double> windows(size_t first, size_t last) const {
    const size_t channels = uvPerBit_.size();
    const size_t window = params_.window();
    const size_t tiles = RawBlock::tilesOf(channels);
    const size_t groups = sums_.counts.size();
    constexpr size_t sideSize = 2 * decayStates * lanes;
    double spikes = 0;
    for (size_t part = first; part < last; ++part) spikes += count(part);
    std::vector<double> all(channels * window);
    std::vector<double> median(window);
    for (size_t part = first; part < last && !sums_.medians.empty(); ++part) {
      const double* const sum = sums_.medians.data() + (unit_ * params_.parts + part) * window;
      for (size_t t = 0; t < window; ++t) median[t] += sum[t] / spikes;
    }
    std::vector<Row> mean(window);
    for (size_t tile = 0; tile < tiles; ++tile) {
      std::array<double, sideSize> outside{};
      for (auto& row : mean) row.fill(0);
      for (size_t part = first; part < last; ++part) {
        const size_t group = tile * groups + unit_ * params_.parts + part;
        const int32_t* const sum = sums_.windows.data() + group * window * lanes;
        for (size_t t = 0; t < window; ++t)
          for (size_t k = 0; k < lanes; ++k) mean[t][k] += sum[t * lanes + k] / spikes;
        if (!filter_) continue;
        for (size_t i = 0; i < sideSize; ++i) outside[i] += sums_.outside[group * sideSize + i];
      }
      if (filter_) filterMean(*filter_, mean, outside.data(), 1 / spikes);
      for (size_t k = 0; k < lanes && tile * lanes + k < channels; ++k) {
        const size_t c = tile * lanes + k;
        const double baseline = filter_ ? 0 : sums_.baselines[c];
        for (size_t t = 0; t < window; ++t) {
          all[c * window + t] = (mean[t][k] - baseline) * uvPerBit_[c] - median[t];
        }
      }
    }
    return all;
  }

private:
  const PartSums& sums_;
  std::span<const double> uvPerBit_;
  const ZeroPhaseHighPass* filter_;
  const MeanParams& params_;
  size_t unit_;
};

/// The channel with the largest range, with the trough where the spike time is.
size_t peakChannelOf(const std::vector<double>& windows, const MeanParams& params) {
  size_t peak = 0;
  double largest = -1;
  for (size_t c = 0; c * params.window() < windows.size(); ++c) {
    const double* const middle = windows.data() + c * params.window() + params.maxShift;
    const auto [low, high] = std::minmax_element(middle, middle + params.samples);
    if (*high - *low > largest) {
      largest = *high - *low;
      peak = c;
    }
  }
  return peak;
}

void write(const std::vector<double>& windows, size_t late, const MeanParams& params, float* out) {
  for (size_t c = 0; c * params.window() < windows.size(); ++c) {
    const double* const from = windows.data() + c * params.window() + late;
    std::transform(from, from + params.samples, out + c * params.samples,
                   [](double value) { return static_cast<float>(value); });
  }
}

} // namespace

void finishMeans(const Job& job, const PartSums& sums, std::span<const double> uvPerBit,
                 const ZeroPhaseHighPass* filter, const MeanParams& params, const MeanWaveforms& out) {
  const size_t size = uvPerBit.size() * params.samples;
  parallelFor(job, out.shifts.size(), [&](size_t u) {
    const UnitMeans means(sums, uvPerBit, filter, params, u);
    const auto windows = means.windows(0, params.parts);
    const size_t peak = peakChannelOf(windows, params);
    const auto search = windows.begin() + static_cast<ptrdiff_t>(peak * params.window() + params.trough);
    const auto late = static_cast<size_t>(
        std::min_element(search, search + static_cast<ptrdiff_t>(2 * params.maxShift + 1)) - search);
    out.shifts[u] = static_cast<int32_t>(late) - static_cast<int32_t>(params.maxShift);
    out.peakChannels[u] = static_cast<int32_t>(peak);
    write(windows, late, params, out.waveforms.data() + u * size);
    if (out.halves.empty()) return;
    for (size_t part = 0; part < 2; ++part) {
      float* const half = out.halves.data() + (2 * u + part) * size;
      if (means.count(part) > 0) write(means.windows(part, part + 1), late, params, half);
      else std::fill_n(half, size, std::numeric_limits<float>::quiet_NaN());
    }
  });
}

} // namespace dant
