#pragma once
#include "core/import/window_sums.h"
#include "core/job/job.h"

#include <cstdint>
#include <span>

namespace dant {

/// How mean waveforms are made of sums of windows, which hold `maxShift` samples more on each side.
struct MeanParams {
  size_t samples;  ///< of a waveform
  size_t trough;   ///< sample of a waveform that the trough of the peak channel is at
  size_t maxShift; ///< how far the trough may be from the spike time
  size_t parts;    ///< 1, or 2: the sums are of both halves of a session

  size_t window() const { return samples + 2 * maxShift; }
};

/// Sums over the windows of each part of each unit, as `addWindows` makes them.
struct PartSums {
  std::span<const int32_t> windows;  ///< (tiles, units · parts, window, tileChannels)
  std::span<const double> outside;   ///< (tiles, units · parts, 2, decayStates, tileChannels)
  std::span<const int32_t> counts;   ///< (units · parts) windows
  std::span<const double> baselines; ///< (channels) what is subtracted where there is no filter
  std::span<const double> medians;   ///< (units · parts, window) sums of medians over channels, µV; empty: not wanted
};

struct MeanWaveforms {
  std::span<float> waveforms;      ///< (units, channels, samples), µV
  std::span<float> halves;         ///< (units, 2, channels, samples), µV; NaN: no spikes; empty with one part
  std::span<int32_t> shifts;       ///< (units) samples by which the trough is later than the spike time
  std::span<int32_t> peakChannels; ///< (units)
};

/// Mean waveforms from sums. A filter that is linear gives the same for the mean as for all the recording; of
/// filtered samples, sums of medians are subtracted. The peak
/// channel has the largest range; its minimum near the spike time is put to the sample `trough`, in the halves too.
void finishMeans(const Job& job, const PartSums& sums, std::span<const double> uvPerBit,
                 const ZeroPhaseHighPass* filter, const MeanParams& params, const MeanWaveforms& out);

} // namespace dant
