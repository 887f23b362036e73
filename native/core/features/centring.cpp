#include "core/features/centring.h"

#include "core/features/peak_channel.h"

#include <algorithm>
#include <vector>

namespace dant {

template <class Sample> void centreWaveforms(const Job& job, std::span<const Sample> waveforms, size_t channels,
                                             size_t samples, std::span<Sample> out) {
  const auto length = static_cast<ptrdiff_t>(samples);
  const ptrdiff_t middle = (length + 1) / 2 - 1;
  const size_t size = channels * samples;
  const auto centre = [&](size_t unit) {
    const auto waveform = waveforms.subspan(unit * size, size);
    std::vector<double> peakToTroughs(channels);
    peakToTrough(waveform, samples, std::span(peakToTroughs));
    const auto peak = waveform.subspan(peakChannel(peakToTroughs, unit) * samples, samples);
    const ptrdiff_t advance = std::min_element(peak.begin(), peak.end()) - peak.begin() - middle;
    const ptrdiff_t vacantBefore = std::max<ptrdiff_t>(-advance, 0);
    const ptrdiff_t vacantAfter = std::max<ptrdiff_t>(advance, 0);
    for (size_t c = 0; c < channels; ++c) {
      const Sample* from = waveform.data() + c * samples;
      Sample* to = out.data() + unit * size + c * samples;
      std::fill_n(to, vacantBefore, from[0]);
      std::copy(from + vacantAfter, from + length - vacantBefore, to + vacantBefore);
      std::fill_n(to + length - vacantAfter, vacantAfter, from[length - 1]);
    }
  };
  parallelFor(job, waveforms.size() / size, centre, true);
}

template void centreWaveforms(const Job&, std::span<const float>, size_t, size_t, std::span<float>);
template void centreWaveforms(const Job&, std::span<const double>, size_t, size_t, std::span<double>);

} // namespace dant
