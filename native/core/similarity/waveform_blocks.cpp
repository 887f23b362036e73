#include "core/similarity/waveform_blocks.h"

#include "core/job/scratch.h"
#include "core/simd/kernels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dant {

namespace {

size_t largestGroup(const Neighbourhoods& neighbourhoods) {
  size_t largest = 0;
  for (const auto& members : neighbourhoods.members) largest = std::max(largest, members.size());
  return largest;
}

struct Sums {
  double sum, square;
};

/// Σ v and Σ v², in several sums of which none waits for another.
Sums sumsOf(std::span<const float> values) {
  constexpr size_t lanes = 8;
  double sums[lanes] = {}, squares[lanes] = {};
  const auto add = [&](size_t lane, double value) {
    sums[lane] += value;
    squares[lane] += value * value;
  };
  size_t k = 0;
  for (; k + lanes <= values.size(); k += lanes)
    for (size_t lane = 0; lane < lanes; ++lane) add(lane, values[k + lane]);
  for (; k < values.size(); ++k) add(0, values[k]);
  return {std::accumulate(sums, sums + lanes, 0.0), std::accumulate(squares, squares + lanes, 0.0)};
}

/// The units over the channels of their own groups, under each template.
struct OwnChannels {
  std::vector<int32_t> groups; ///< (template, position) of the peak channel
  LargeArray<float> values;    ///< (template, position, stride)

  OwnChannels(const Job& job, const ComparedWaveforms& compared, const Neighbourhoods& neighbourhoods, size_t stride)
      : groups(compared.templates() * compared.units()), values(groups.size() * stride) {
    constexpr size_t grain = 16;
    const size_t units = compared.units(), samples = compared.samples();
    struct ReadingRoom {
      WaveformReader reader;
      std::vector<float> room, ranges;
    };
    Scratch<ReadingRoom> rooms([&] {
      return std::make_unique<ReadingRoom>(ReadingRoom{WaveformReader(compared),
                                                       std::vector<float>(compared.waveforms.size()),
                                                       std::vector<float>(compared.channels())});
    });
    const auto read = [&](size_t task, ReadingRoom& reading) {
      auto& [reader, room, ranges] = reading;
      for (size_t position = task * grain; position < std::min(units, (task + 1) * grain); ++position) {
        reader.take(position);
        for (size_t k = 0; k < compared.templates(); ++k) {
          const float* waveform = reader.under(k, room.data());
          const size_t row = k * units + position;
          groups[row] = neighbourhoods.groupOfChannel[reader.peakOf(waveform, ranges)];
          float* to = values.data() + row * stride;
          for (const int32_t channel : neighbourhoods.members[static_cast<size_t>(groups[row])])
            to = std::copy_n(waveform + static_cast<size_t>(channel) * samples, samples, to);
        }
      }
    };
    parallelFor(job, (units + grain - 1) / grain,
                [&](size_t task) { rooms.with([&](ReadingRoom& reading) { read(task, reading); }); });
  }
};

} // namespace

double inverseNorm(double sum, double square, double count) {
  constexpr double roundingError = 1e-13; // share of the mean square below which a variance is none
  const double variance = square - sum * sum / count;
  return variance > roundingError * square ? 1 / std::sqrt(variance) : 0;
}

template <class Value> WaveformBlocks<Value>::WaveformBlocks(const Job& job, const ComparedWaveforms& compared,
                                                             const Neighbourhoods& neighbourhoods)
    : neighbourhoods_(neighbourhoods), samples_(compared.samples()), perChannel_(valuesOf<Value>(samples_)),
      largestGroup_(largestGroup(neighbourhoods)),
      size_(compared.templates() * compared.units() * largestGroup_ * perChannel_), packed_(size_),
      blocks_(compared.templates()) {
  const size_t stride = largestGroup_ * samples_, units = compared.units();
  const OwnChannels own(job, compared, neighbourhoods, stride);
  for (size_t k = 0; k < compared.templates(); ++k) {
    makeBlocks(k, std::span(own.groups).subspan(k * units, units));
    parallelFor(job, blocks_[k].size(), [&](size_t b) { pack(blocks_[k][b], own.values.data() + k * units * stride); });
  }
}

template <class Value> void WaveformBlocks<Value>::makeBlocks(size_t templateIndex, std::span<const int32_t> group) {
  const auto maxRows = static_cast<size_t>(kernels().maxRows);
  std::vector<std::vector<size_t>> positionsOfGroup(neighbourhoods_.members.size());
  for (size_t i = 0; i < group.size(); ++i) positionsOfGroup[static_cast<size_t>(group[i])].push_back(i);
  std::vector<size_t> groups;
  for (size_t g = 0; g < positionsOfGroup.size(); ++g)
    if (!positionsOfGroup[g].empty()) groups.push_back(g);
  // In the order of their units, so that the channels in use wander along the probe and stay in the cache.
  std::sort(groups.begin(), groups.end(),
            [&](size_t a, size_t b) { return positionsOfGroup[a].front() < positionsOfGroup[b].front(); });
  auto& blocks = blocks_[templateIndex];
  size_t offset = templateIndex * group.size() * largestGroup_ * perChannel_;
  for (const size_t g : groups) {
    const auto& all = positionsOfGroup[g];
    // Of about the same size: few rows do not pay for what is read for all of them.
    const size_t parts = (all.size() + maxRows - 1) / maxRows;
    for (size_t part = 0; part < parts; ++part) {
      const size_t first = part * all.size() / parts, last = (part + 1) * all.size() / parts;
      const auto begin = all.begin();
      blocks.push_back({g,
                        {begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(last)},
                        offset,
                        {},
                        {},
                        {}});
      offset += (last - first) * neighbourhoods_.members[g].size() * perChannel_;
    }
  }
}

template <class Value> void WaveformBlocks<Value>::pack(Block& block, const float* ownChannels) {
  const size_t channels = neighbourhoods_.members[block.group].size(), length = channels * samples_;
  const size_t rows = block.positions.size();
  const auto count = static_cast<double>(length);
  Value* packed = packed_.data() + block.offset;
  std::vector<float> rounded(length);
  std::vector<Value> quantised(isQuantised<Value> ? channels * perChannel_ : 0);
  std::vector<float> steps(isQuantised<Value> ? channels : 0);
  block.steps.resize(steps.size() * rows);
  for (size_t r = 0; r < rows; ++r) {
    const std::span own(ownChannels + block.positions[r] * largestGroup_ * samples_, length);
    const auto [sum, square] = sumsOf(own);
    const double mean = sum / count, scale = inverseNorm(sum, square, count);
    for (size_t k = 0; k < length; ++k) rounded[k] = static_cast<float>((own[k] - mean) * scale);
    if constexpr (isQuantised<Value>) {
      kernels().quantise(rounded.data(), channels, samples_, quantised.data(), steps.data());
      for (size_t k = 0; k < quantised.size(); ++k) packed[k * rows + r] = quantised[k];
      for (size_t c = 0; c < channels; ++c) block.steps[c * rows + r] = steps[c];
    } else {
      for (size_t k = 0; k < length; ++k) packed[k * rows + r] = rounded[k];
      const auto [roundedSum, roundedSquare] = sumsOf(rounded);
      block.means.push_back(roundedSum / count);
      block.scales.push_back(inverseNorm(roundedSum, roundedSquare, count));
    }
  }
}

template <class Value> NextBlock WaveformBlocks<Value>::after(const Block& block, size_t part, size_t parts) const {
  const size_t size = block.positions.size() * neighbourhoods_.members[block.group].size() * perChannel_;
  const size_t begin = block.offset + size, length = std::min(size, size_ - begin);
  const size_t first = begin + part * length / parts, last = begin + (part + 1) * length / parts;
  return {reinterpret_cast<const char*>(packed_.data() + first), (last - first) * sizeof(Value)};
}

template class WaveformBlocks<float>;
template class WaveformBlocks<SamplePair>;

} // namespace dant
