#include "core/features/centring.h"

#include "core/features/peak_channel.h"

#include <algorithm>
#include <vector>

namespace dant {

template <class Sample> void centreWaveforms(const Job& job, std::span<const Sample> waveforms, size_t channels,
                                             size_t samples, std::span<Sample> out) {
  const auto middle = static_cast<ptrdiff_t>((samples + 1) / 2) - 1;
  const auto last = static_cast<ptrdiff_t>(samples) - 1;
  const size_t size = channels * samples;
  const auto centre = [&](size_t unit) {
    const auto waveform = waveforms.subspan(unit * size, size);
    std::vector<double> peakToTroughs(channels);
    peakToTrough(waveform, samples, std::span(peakToTroughs));
    const auto peak = waveform.subspan(peakChannel(peakToTroughs, unit) * samples, samples);
    const ptrdiff_t shift = std::min_element(peak.begin(), peak.end()) - peak.begin() - middle;
    for (size_t c = 0; c < channels; ++c) {
      const auto from = waveform.subspan(c * samples, samples);
      const auto to = out.subspan(unit * size + c * samples, samples);
      for (ptrdiff_t t = 0; t <= last; ++t) to[t] = from[std::clamp<ptrdiff_t>(t + shift, 0, last)];
    }
  };
  parallelFor(job, waveforms.size() / size, centre, true);
}

template void centreWaveforms(const Job&, std::span<const float>, size_t, size_t, std::span<float>);
template void centreWaveforms(const Job&, std::span<const double>, size_t, size_t, std::span<double>);

} // namespace dant
