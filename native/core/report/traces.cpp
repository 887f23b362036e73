#include "core/report/traces.h"

#include "core/job/job.h"
#include "core/report/round_half_up.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace dant {

namespace {

constexpr double largestByte = 127;

void require(bool fits) {
  if (!fits) throw InputError("The waveforms do not fit the channels and samples that are shown of them.");
}

/// total / part, which must be whole. (A product of lengths could be too large a number.)
size_t timesIn(size_t total, size_t part) {
  require(part > 0 && total % part == 0);
  return total / part;
}

/// NaN is left out.
float largestSize(std::span<const float> values) {
  // Without their signs, floats are in the order of their bits, which are compared without branches.
  constexpr auto infinity = std::bit_cast<int32_t>(std::numeric_limits<float>::infinity());
  int32_t largest = 0;
  for (const float value : values) {
    const int32_t size = std::bit_cast<int32_t>(value) & std::numeric_limits<int32_t>::max();
    const int32_t known = size > infinity ? 0 : size;
    largest = known > largest ? known : largest;
  }
  return std::bit_cast<float>(largest);
}

} // namespace

template <class Value> void takeTraces(const WaveformBlock<Value>& block, const ShownTraces& shown) {
  const auto& [values, first, count, probeChannels, templates] = block;
  const auto& [channelsOfUnit, samples, channels, traces] = shown;
  const size_t units = timesIn(channels.size(), channelsOfUnit);
  require(timesIn(traces.size(), samples) == channels.size() && first <= units && count <= units - first);
  if (count == 0) {
    require(values.empty());
    return;
  }
  const size_t given = timesIn(timesIn(timesIn(values.size(), count), samples), templates);
  require(given <= probeChannels);
  for (size_t unit = first; unit < first + count; ++unit) {
    const auto wanted = channels.subspan(unit * channelsOfUnit, channelsOfUnit);
    const size_t firstGiven = std::min<size_t>(wanted[0], probeChannels - given);
    for (size_t c = 0; c < channelsOfUnit; ++c) {
      require(wanted[c] >= firstGiven && wanted[c] - firstGiven < given);
      const size_t channel = (unit - first) * given + wanted[c] - firstGiven;
      const Value* from = &values[channel * samples * templates];
      float* to = &traces[(unit * channelsOfUnit + c) * samples];
      for (size_t t = 0; t < samples; ++t) {
        to[t] = static_cast<float>(from[t * templates]);
      }
    }
  }
}

template void takeTraces(const WaveformBlock<float>&, const ShownTraces&);
template void takeTraces(const WaveformBlock<double>&, const ShownTraces&);

void quantiseTraces(const std::vector<std::span<float>>& traces, size_t first, size_t count, std::span<float> scale,
                    const std::vector<std::span<int8_t>>& bytes) {
  require(!traces.empty() && traces.size() == bytes.size() && first <= scale.size() && count <= scale.size() - first);
  if (count == 0) return;
  const size_t length = timesIn(traces[0].size(), scale.size());
  for (size_t k = 0; k < traces.size(); ++k) {
    require(traces[k].size() == traces[0].size() && bytes[k].size() == traces[0].size());
  }
  for (size_t unit = first; unit < first + count; ++unit) {
    float largest = 0;
    for (const auto& kind : traces) {
      largest = std::max(largest, largestSize(kind.subspan(unit * length, length)));
    }
    scale[unit] = static_cast<float>(largest / largestByte);
    const double steps = 1 / (scale[unit] == 0 ? 1.0 : scale[unit]);
    for (size_t k = 0; k < traces.size(); ++k) {
      const auto values = traces[k].subspan(unit * length, length);
      const auto target = bytes[k].subspan(unit * length, length);
      for (size_t i = 0; i < length; ++i) {
        const double value = values[i] * steps;
        target[i] = static_cast<int8_t>(roundHalfUp(value == value ? value : 0));
      }
    }
  }
}

} // namespace dant
