#pragma once
#include "core/import/raw_samples.h"
#include "core/job/job.h"

#include <cstdint>
#include <span>

namespace dant {

/// Windows of a block, of each unit.
struct UnitWindows {
  std::span<const int32_t> starts;  ///< first samples, one unit after the other
  std::span<const int32_t> offsets; ///< (units + 1) unit u has the starts offsets[u] … offsets[u + 1] − 1
  size_t length;

  size_t units() const { return offsets.size() - 1; }
};

/// Adds the windows of all channels of the block to `sums` (channels, units, length).
void addWindows(const Job& job, const RawBlock& block, const UnitWindows& windows, std::span<int32_t> sums);

/// How mean waveforms are made of sums of windows, which hold `margin` + `maxShift` samples more on each side.
struct MeanParams {
  double sampleRateHz;
  double highPassHz; ///< 0: no filter
  size_t samples;    ///< of a waveform
  size_t trough;     ///< sample of a waveform that the trough of the peak channel is at
  size_t margin;     ///< what the filter needs on each side
  size_t maxShift;   ///< how far the trough may be from the spike time

  size_t window() const { return samples + 2 * (margin + maxShift); }
};

struct MeanWaveforms {
  std::span<float> waveforms;      ///< (units, channels, samples), µV
  std::span<int32_t> shifts;       ///< (units) samples by which the trough is later than the spike time
  std::span<int32_t> peakChannels; ///< (units)
};

/// Mean waveforms from sums (channels, units, window) of `counts` (units) windows. A filter that is linear gives the
/// same for the mean as for all the recording, if the mean has a margin. Without one the mean of the margins is
/// subtracted. The peak channel has the largest range; its minimum near the spike time is put to the sample `trough`.
void finishMeans(const Job& job, std::span<const int32_t> sums, std::span<const int32_t> counts,
                 std::span<const double> uvPerBit, const MeanParams& params, const MeanWaveforms& out);

} // namespace dant
