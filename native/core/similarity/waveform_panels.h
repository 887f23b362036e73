#pragma once
#include "core/correction/waveforms.h"
#include "core/similarity/neighbourhoods.h"

#include <memory>
#include <span>
#include <vector>

namespace dant {

/// Corrected waveforms of one template, laid out for products of every unit with every other.
struct WaveformPanels {
  size_t units = 0, channels = 0, samples = 0;
  size_t width = 0; ///< units side by side in a panel

  /// (panel, C, T, lane), single precision; lanes beyond the last unit are zero. Unit at position p: panel p / width,
  /// lane p % width.
  std::unique_ptr<float[]> values;
  /// (panel, C, lane): per channel the sum and the sum of squares of `values` over the samples.
  std::vector<double> sums, squares;
  /// By position: the group of the unit's peak channel, and its values over that group's channels (one after the
  /// other).
  std::vector<int32_t> group;
  std::vector<size_t> ownOffset;
  std::vector<float> own;

  size_t panels() const { return (units + width - 1) / width; }
  const float* segment(size_t panel, size_t channel) const {
    return values.get() + (panel * channels + channel) * samples * width;
  }
};

/// order: the picked unit at each position (a permutation of 0 … units − 1); units that lie close on the probe should
/// be close in it. shiftsUm (units), in the order of the picked units; ignored without kriging.
WaveformPanels makePanels(const Job& job, const Waveforms& waveforms, const Neighbourhoods& neighbourhoods,
                          const Kriging* kriging, std::span<const double> shiftsUm, std::span<const int32_t> order);

} // namespace dant
