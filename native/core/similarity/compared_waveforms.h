#pragma once
#include "core/correction/waveforms.h"

#include <span>
#include <vector>

namespace dant {

/// The waveforms that are compared, under each of some templates. A unit's *position* is its place in an order in which
/// units that lie close on the probe are close.
struct ComparedWaveforms {
  /// As recorded; with kriging, their kriging weights in single precision.
  const Waveforms& waveforms;
  const Kriging<float>* kriging;    ///< null: they are compared as they are
  std::span<const double> shiftsUm; ///< (templates, units) of the picked units; with kriging only
  std::span<const int32_t> order;   ///< the picked unit at each position (a permutation of 0 … units − 1)

  size_t units() const { return order.size(); }
  size_t channels() const { return waveforms.channels; }
  size_t samples() const { return waveforms.samples; }
};

/// Hands out the waveforms; one per thread.
class WaveformReader {
public:
  explicit WaveformReader(const ComparedWaveforms& compared) : compared_(compared) {
    if (compared.kriging != nullptr) sweeps_.resize(2 * compared.waveforms.size());
  }

  /// The waveform (C, T) at a position under a template: where it lies in memory, or in `room` (C, T).
  const float* read(size_t position, size_t templateIndex, float* room) {
    const auto& [waveforms, kriging, shiftsUm, order] = compared_;
    const auto unit = static_cast<size_t>(order[position]);
    const float* values = waveforms.read(unit, room);
    if (kriging == nullptr) return values;
    kriging->sweep(values, waveforms.samples, sweeps_.data());
    kriging->apply(*kriging->shift(shiftsUm[templateIndex * order.size() + unit]), sweeps_.data(), waveforms.samples,
                   room);
    return room;
  }

private:
  const ComparedWaveforms compared_;
  std::vector<float> sweeps_;
};

} // namespace dant
