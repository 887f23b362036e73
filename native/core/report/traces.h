#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// What is shown of the waveforms of all units.
struct ShownTraces {
  size_t channelsOfUnit;
  size_t samples;
  std::span<const uint16_t> channels; ///< (units, channelsOfUnit) in ascending order
  std::span<float> traces;            ///< (units, channelsOfUnit, samples)
};

/// Waveforms (count, given, samples, templates) of the units first … first + count − 1. `given` channels are all of the
/// probe, or as many from the first shown one of each unit on, as far as there are so many.
template <class Value> struct WaveformBlock {
  std::span<const Value> values;
  size_t first;
  size_t count;
  size_t probeChannels;
  size_t templates; ///< the first one is shown
};

/// Copies the shown channels of the block's units to their places.
/// Throws InputError if lengths do not fit, or a shown channel is not among the given ones.
template <class Value> void takeTraces(const WaveformBlock<Value>& block, const ShownTraces& shown);
extern template void takeTraces(const WaveformBlock<float>&, const ShownTraces&);
extern template void takeTraces(const WaveformBlock<double>&, const ShownTraces&);

/// Rounds the units first … first + count − 1 to 8 bits. All kinds of traces of a unit have the same scale, so that
/// they can be compared.
/// @param traces of each kind (units, length)
/// @param scale (units) gets µV per step, so that the largest value is 127; 0: there are only zeros
/// @param bytes of each kind (units, length). Halves are rounded up; NaN is 0.
/// Throws InputError if lengths do not fit.
void quantiseTraces(const std::vector<std::span<float>>& traces, size_t first, size_t count, std::span<float> scale,
                    const std::vector<std::span<int8_t>>& bytes);

} // namespace dant
