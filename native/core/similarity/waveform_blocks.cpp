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

/// The units over the channels of their own groups, under each template. Corrected waveforms are kept, others read
/// again.
class OwnChannels {
public:
  OwnChannels(const Job& job, const ComparedWaveforms& compared, const Neighbourhoods& neighbourhoods, size_t stride)
      : compared_(compared), neighbourhoods_(neighbourhoods), stride_(stride),
        groups_(compared.templates() * compared.units()),
        corrected_(compared.kriging == nullptr ? 0 : groups_.size() * stride) {
    if (compared.kriging != nullptr) {
      correct(job);
    } else {
      for (size_t position = 0; position < groups_.size(); ++position)
        groups_[position] = groupOf(compared.peakChannels[compared.unitAt(position)]);
    }
  }

  /// (position) of the peak channels
  std::span<const int32_t> groups(size_t templateIndex) const {
    return std::span(groups_).subspan(templateIndex * compared_.units(), compared_.units());
  }

  /// (channel of the group, T); `scratch` is for a whole waveform and for these.
  const float* of(size_t templateIndex, size_t position, std::vector<float>& scratch) const {
    const size_t row = templateIndex * compared_.units() + position;
    if (compared_.kriging != nullptr) return corrected_.data() + row * stride_;
    const size_t size = compared_.waveforms.size();
    scratch.resize(size + stride_);
    pick(compared_.waveforms.read(compared_.unitAt(position), scratch.data()), groups_[row], scratch.data() + size);
    return scratch.data() + size;
  }

private:
  int32_t groupOf(int32_t channel) const { return neighbourhoods_.groupOfChannel[static_cast<size_t>(channel)]; }

  void pick(const float* waveform, int32_t group, float* to) const {
    const size_t samples = compared_.samples();
    for (const int32_t channel : neighbourhoods_.members[static_cast<size_t>(group)])
      to = std::copy_n(waveform + static_cast<size_t>(channel) * samples, samples, to);
  }

  void correct(const Job& job) {
    constexpr size_t grain = 16;
    const size_t units = compared_.units();
    struct ReadingRoom {
      WaveformReader reader;
      std::vector<float> scratch, ranges;
    };
    Scratch<ReadingRoom> rooms([&] {
      return std::make_unique<ReadingRoom>(ReadingRoom{WaveformReader(compared_),
                                                       std::vector<float>(compared_.waveforms.size()),
                                                       std::vector<float>(compared_.channels())});
    });
    const auto read = [&](size_t task, ReadingRoom& reading) {
      auto& [reader, scratch, ranges] = reading;
      for (size_t position = task * grain; position < std::min(units, (task + 1) * grain); ++position) {
        reader.take(position);
        for (size_t k = 0; k < compared_.templates(); ++k) {
          const float* waveform = reader.under(k, scratch.data());
          kernels().ranges(waveform, ranges.size(), compared_.samples(), ranges.data());
          const size_t row = k * units + position;
          groups_[row] = groupOf(static_cast<int32_t>(std::max_element(ranges.begin(), ranges.end()) - ranges.begin()));
          pick(waveform, groups_[row], corrected_.data() + row * stride_);
        }
      }
    };
    parallelFor(job, (units + grain - 1) / grain,
                [&](size_t task) { rooms.with([&](ReadingRoom& reading) { read(task, reading); }); });
  }

  const ComparedWaveforms compared_;
  const Neighbourhoods& neighbourhoods_;
  size_t stride_;
  std::vector<int32_t> groups_; ///< (template, position)
  LargeArray<float> corrected_; ///< (template, position, stride); none without kriging
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
  const OwnChannels ownChannels(job, compared, neighbourhoods, largestGroup_ * samples_);
  for (size_t k = 0; k < compared.templates(); ++k) {
    makeBlocks(k, ownChannels.groups(k));
    parallelFor(job, blocks_[k].size(), [&](size_t b) {
      std::vector<float> scratch;
      pack(blocks_[k][b], [&](size_t position) { return ownChannels.of(k, position, scratch); });
    });
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

template <class Value>
void WaveformBlocks<Value>::pack(Block& block, const std::function<const float*(size_t)>& ownChannels) {
  const size_t channels = neighbourhoods_.members[block.group].size(), length = channels * samples_;
  const size_t rows = block.positions.size();
  const auto count = static_cast<double>(length);
  Value* packed = packed_.data() + block.offset;
  std::vector<float> rounded(length);
  std::vector<Value> quantised(isQuantised<Value> ? channels * perChannel_ : 0);
  std::vector<float> steps(isQuantised<Value> ? channels : 0);
  block.steps.resize(steps.size() * rows);
  for (size_t r = 0; r < rows; ++r) {
    const std::span own(ownChannels(block.positions[r]), length);
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
