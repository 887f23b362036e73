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
      none_(compared.channels() * compared.samples()), rooms_(compared.templates() * width_ * roomStride(compared)),
      values_(compared.templates() * capacity * compared.channels() * compared.samples() * width_),
      sums_(compared.templates() * capacity * compared.channels() * width_), squares_(sums_.size()) {}

void WaveformPanels::fill(const Job& job, size_t firstPanel) {
  firstPanel_ = firstPanel;
  const size_t all = (compared_.units() + width_ - 1) / width_;
  panels_ = std::min(capacity_, all - firstPanel);
  const size_t templates = compared_.templates();
  std::vector<const float*> rows(templates * width_, none_.data()); // (template, lane)
  for (size_t panel = 0; panel < panels_; ++panel) {
    job.throwIfAborted();
    for (size_t lane = 0; lane < width_; ++lane) {
      const bool isUnit = lane < columns(panel);
      if (isUnit) reader_.take(firstPosition(panel) + lane);
      for (size_t k = 0; k < templates; ++k) {
        const size_t row = k * width_ + lane;
        rows[row] = isUnit ? reader_.under(k, rooms_.data() + row * roomStride(compared_)) : none_.data();
      }
    }
    for (size_t k = 0; k < templates; ++k) {
      for (size_t channel = 0; channel < compared_.channels(); ++channel) {
        const size_t here = at(k, panel, channel);
        kernels().interleave(rows.data() + k * width_, channel * samples(), samples(),
                             values_.data() + here * samples(), sums_.data() + here, squares_.data() + here);
      }
    }
  }
}

} // namespace dant
