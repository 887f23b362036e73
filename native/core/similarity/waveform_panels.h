#pragma once
#include "core/job/large_array.h"
#include "core/similarity/compared_waveforms.h"

#include <vector>

namespace dant {

/// Some of the panels that all units fill, at most as many as there is room for.
struct PanelRange {
  size_t first, count;
};

/// The right sides of products: a few panels of units side by side under each template, over all channels. Small enough
/// for the caches, and filled again for other units.
template <class Value> class WaveformPanels {
public:
  /// capacity: panels at once
  WaveformPanels(const ComparedWaveforms& compared, size_t capacity);

  /// Takes up the units of some panels: those from position first · width on.
  void fill(const Job& job, PanelRange panels);

  size_t width() const { return width_; } ///< units side by side in a panel
  size_t panels() const { return range_.count; }
  size_t firstPosition(size_t panel) const { return (range_.first + panel) * width_; }
  size_t columns(size_t panel) const { return std::min(width_, compared_.units() - firstPosition(panel)); }

  /// (values of a channel, lane); lanes without a unit are zero.
  const Value* values(size_t templateIndex, size_t panel, size_t channel) const {
    return values_.data() + at(templateIndex, panel, channel) * perChannel_;
  }
  /// (lane) steps that the values of a channel count; with quantised waveforms only.
  const float* steps(size_t templateIndex, size_t panel, size_t channel) const {
    return steps_.data() + at(templateIndex, panel, channel);
  }
  /// (lane) sums and sums of squares over the samples of a channel.
  const double* sums(size_t templateIndex, size_t panel, size_t channel) const {
    return sums_.data() + at(templateIndex, panel, channel);
  }
  const double* squares(size_t templateIndex, size_t panel, size_t channel) const {
    return squares_.data() + at(templateIndex, panel, channel);
  }

private:
  size_t at(size_t templateIndex, size_t panel, size_t channel) const {
    return ((templateIndex * capacity_ + panel) * compared_.channels() + channel) * width_;
  }

  /// The waveform of the unit that the reader stands at, under a template, for a lane of a panel.
  const Value* read(size_t templateIndex, size_t panel, size_t lane);

  const ComparedWaveforms compared_;
  WaveformReader reader_;
  size_t width_, capacity_;
  size_t perChannel_; ///< values of a channel
  PanelRange range_{0, 0};
  std::vector<Value> none_;   ///< a waveform of zeros
  LargeArray<Value> scratch_; ///< (template, lane, C, values)
  LargeArray<Value> values_;  ///< (template, panel, C, values, lane)
  std::vector<double> sums_, squares_;
  // With quantised waveforms only:
  std::vector<float> steps_, unitSteps_, unquantised_;
};

} // namespace dant
