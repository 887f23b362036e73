#pragma once
#include "core/job/large_array.h"
#include "core/similarity/compared_waveforms.h"

#include <vector>

namespace dant {

/// The right sides of products: a few panels of units side by side under each template, over all channels. Small enough
/// for the caches, and filled anew for other units.
class WaveformPanels {
public:
  /// capacity: panels at once
  WaveformPanels(const ComparedWaveforms& compared, size_t capacity);

  /// Takes up the units from position firstPanel · width on.
  void fill(const Job& job, size_t firstPanel);

  size_t width() const { return width_; } ///< units side by side in a panel
  size_t panels() const { return panels_; }
  size_t firstPosition(size_t panel) const { return (firstPanel_ + panel) * width_; }
  size_t columns(size_t panel) const { return std::min(width_, compared_.units() - firstPosition(panel)); }
  size_t samples() const { return compared_.samples(); }

  /// (T, lane) of a channel; lanes without a unit are zero.
  const float* values(size_t templateIndex, size_t panel, size_t channel) const {
    return values_.data() + at(templateIndex, panel, channel) * samples();
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

  const ComparedWaveforms compared_;
  WaveformReader reader_;
  size_t width_, capacity_;
  size_t firstPanel_ = 0, panels_ = 0;
  std::vector<float> none_; ///< a waveform of zeros
  LargeArray<float> rooms_; ///< (template, lane, C, T)
  LargeArray<float> values_;
  std::vector<double> sums_, squares_;
};

} // namespace dant
