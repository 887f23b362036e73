#pragma once
#include "core/correction/waveforms.h"
#include "core/simd/kernels.h"

#include <algorithm>
#include <span>
#include <type_traits>
#include <vector>

namespace dant {

/// What waveforms are compared as: float, or SamplePair if they are quantised.
template <class Value> constexpr bool isQuantised = std::is_same_v<Value, SamplePair>;
/// Values that hold the samples of a channel.
template <class Value> constexpr size_t valuesOf(size_t samples) {
  return isQuantised<Value> ? (samples + 1) / 2 : samples;
}

/// The waveforms that are compared, under each of some templates. A unit's *position* is its place in an order in which
/// units that lie close on the probe are close.
struct ComparedWaveforms {
  const Waveforms& waveforms;            ///< as recorded
  const Kriging<float>* kriging;         ///< null: they are compared as they are
  std::span<const int32_t> peakChannels; ///< of the picked units, as recorded
  std::span<const double> shiftsUm;      ///< (templates, units) of the picked units; with kriging only
  std::span<const int32_t> order;        ///< the picked unit at each position (a permutation of 0 … units − 1)

  size_t units() const { return order.size(); }
  size_t unitAt(size_t position) const { return static_cast<size_t>(order[position]); }
  size_t templates() const { return kriging == nullptr ? 1 : shiftsUm.size() / std::max<size_t>(1, order.size()); }
  size_t channels() const { return waveforms.channels; }
  size_t samples() const { return waveforms.samples; }
};

/// Hands out the waveforms, one unit after the other; one per thread.
class WaveformReader {
public:
  explicit WaveformReader(const ComparedWaveforms& compared) : compared_(compared) {
    if (compared.kriging == nullptr) return;
    room_.resize(compared.waveforms.size());
    weights_.resize(compared.waveforms.size());
    states_.resize(compared.kriging->states() * compared.samples());
    sweeps_.resize(2 * compared.waveforms.size());
  }

  /// Goes to the unit at a position.
  void take(size_t position) {
    const auto& [waveforms, kriging, peakChannels, shiftsUm, order] = compared_;
    unit_ = compared_.unitAt(position);
    if (kriging == nullptr) return;
    kriging->solve(waveforms.read(unit_, room_.data()), waveforms.samples, states_.data(), weights_.data());
    kriging->sweep(weights_.data(), waveforms.samples, sweeps_.data());
  }

  /// Its waveform (C, T) under a template: where it lies in memory, or in `scratch` (C, T).
  const float* under(size_t templateIndex, float* scratch) const {
    const auto& [waveforms, kriging, peakChannels, shiftsUm, order] = compared_;
    if (kriging == nullptr) return waveforms.read(unit_, scratch);
    kriging->apply(*kriging->shift(shiftsUm[templateIndex * order.size() + unit_]), sweeps_.data(), waveforms.samples,
                   scratch);
    return scratch;
  }

private:
  const ComparedWaveforms compared_;
  size_t unit_ = 0;
  std::vector<float> room_, weights_, states_, sweeps_;
};

} // namespace dant
