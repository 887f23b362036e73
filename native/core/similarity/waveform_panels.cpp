#include "core/similarity/waveform_panels.h"

#include <algorithm>

namespace dant {

namespace {

/// Blocks a little apart from each other, or all of them would fall into the same few lines of the cache.
size_t scratchStride(size_t values) { return values + 16; }

} // namespace

template <class Value> WaveformPanels<Value>::WaveformPanels(const ComparedWaveforms& compared, size_t capacity)
    : compared_(compared), reader_(compared), width_(static_cast<size_t>(kernels().width)), capacity_(capacity),
      perChannel_(valuesOf<Value>(compared.samples())), none_(compared.channels() * perChannel_),
      scratch_(compared.templates() * width_ * scratchStride(none_.size())),
      values_(compared.templates() * capacity * none_.size() * width_),
      sums_(compared.templates() * capacity * compared.channels() * width_), squares_(sums_.size()) {
  if constexpr (isQuantised<Value>) {
    steps_.resize(sums_.size());
    unitSteps_.resize(compared.channels());
    unquantised_.resize(compared.waveforms.size());
  }
}

template <class Value> const Value* WaveformPanels<Value>::read(size_t templateIndex, size_t panel, size_t lane) {
  Value* scratch = scratch_.data() + (templateIndex * width_ + lane) * scratchStride(none_.size());
  if constexpr (isQuantised<Value>) {
    const size_t channels = compared_.channels();
    kernels().quantise(reader_.under(templateIndex, unquantised_.data()), channels, compared_.samples(), scratch,
                       unitSteps_.data());
    for (size_t channel = 0; channel < channels; ++channel)
      steps_[at(templateIndex, panel, channel) + lane] = unitSteps_[channel];
    return scratch;
  } else {
    return reader_.under(templateIndex, scratch);
  }
}

template <class Value> void WaveformPanels<Value>::fill(const Job& job, PanelRange panels) {
  range_ = panels;
  const size_t templates = compared_.templates();
  std::vector<const Value*> rows(templates * width_); // (template, lane)
  for (size_t panel = 0; panel < panels.count; ++panel) {
    job.throwIfAborted();
    for (size_t lane = 0; lane < width_; ++lane) {
      const bool isUnit = lane < columns(panel);
      if (isUnit) reader_.take(firstPosition(panel) + lane);
      for (size_t k = 0; k < templates; ++k) rows[k * width_ + lane] = isUnit ? read(k, panel, lane) : none_.data();
    }
    for (size_t k = 0; k < templates; ++k) {
      for (size_t channel = 0; channel < compared_.channels(); ++channel) {
        const size_t here = at(k, panel, channel);
        const Value* const* from = rows.data() + k * width_;
        Value* to = values_.data() + here * perChannel_;
        double* sums = sums_.data() + here;
        double* squares = squares_.data() + here;
        if constexpr (isQuantised<Value>) {
          kernels().interleavePairs(from, channel * perChannel_, perChannel_, to, sums, squares);
          for (size_t lane = 0; lane < width_; ++lane) {
            const double step = steps_[here + lane];
            sums[lane] *= step;
            squares[lane] *= step * step;
          }
        } else {
          kernels().interleave(from, channel * perChannel_, perChannel_, to, sums, squares);
        }
      }
    }
  }
}

template class WaveformPanels<float>;
template class WaveformPanels<SamplePair>;

} // namespace dant
