#include "core/similarity/waveform_panels.h"

#include "core/simd/kernels.h"

#include <algorithm>

namespace dant {

namespace {

/// Rooms a little apart from each other, or all of them would fall into the same few lines of the cache.
size_t roomStride(const ComparedWaveforms& compared) { return compared.channels() * compared.samples() + 16; }

} // namespace

WaveformPanels::WaveformPanels(const ComparedWaveforms& compared, size_t capacity)
    : compared_(compared), reader_(compared), width_(static_cast<size_t>(kernels().width)), capacity_(capacity),
      none_(compared.channels() * compared.samples()), rooms_(width_ * roomStride(compared)),
      values_(capacity * compared.channels() * compared.samples() * width_),
      sums_(capacity * compared.channels() * width_), squares_(sums_.size()) {}

void WaveformPanels::fill(const Job& job, size_t templateIndex, size_t firstPanel) {
  firstPanel_ = firstPanel;
  const size_t all = (compared_.units() + width_ - 1) / width_;
  panels_ = std::min(capacity_, all - firstPanel);
  std::vector<const float*> rows(width_);
  for (size_t panel = 0; panel < panels_; ++panel) {
    job.throwIfAborted();
    for (size_t lane = 0; lane < width_; ++lane) {
      rows[lane] = lane < columns(panel) ? reader_.read(firstPosition(panel) + lane, templateIndex,
                                                        rooms_.data() + lane * roomStride(compared_))
                                         : none_.data();
    }
    for (size_t channel = 0; channel < compared_.channels(); ++channel) {
      const size_t here = at(panel, channel);
      kernels().interleave(rows.data(), channel * samples(), samples(), values_.data() + here * samples(),
                           sums_.data() + here, squares_.data() + here);
    }
  }
}

} // namespace dant
