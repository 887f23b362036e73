#include "core/similarity/waveform_panels.h"

#include "core/job/scratch.h"
#include "core/simd/kernels.h"

#include <algorithm>
#include <cmath>

namespace dant {

namespace {

size_t largestGroup(const Neighbourhoods& neighbourhoods) {
  size_t largest = 0;
  for (const auto& members : neighbourhoods.members) largest = std::max(largest, members.size());
  return largest;
}

/// Working memory of one thread.
struct PanelScratch {
  Corrector<float> corrector;
  std::vector<float> rows;
};

} // namespace

double inverseNorm(double sum, double square, double count) {
  constexpr double roundingError = 1e-13; // share of the mean square below which a variance is none
  const double variance = square - sum * sum / count;
  return variance > roundingError * square ? 1 / std::sqrt(variance) : 0;
}

WaveformPanels::WaveformPanels(const Waveforms& waveforms, const Neighbourhoods& neighbourhoods,
                               std::span<const int32_t> order)
    : waveforms_(waveforms), neighbourhoods_(neighbourhoods), order_(order),
      width_(static_cast<size_t>(kernels().width)), ownStride_(largestGroup(neighbourhoods) * waveforms.samples),
      values_(panels() * waveforms.size() * width_), sums_(panels() * waveforms.channels * width_),
      squares_(sums_.size()), group_(units()), own_(units() * ownStride_), left_(units() * ownStride_) {}

void WaveformPanels::fill(const Job& job, const Kriging<float>* kriging, std::span<const double> shiftsUm) {
  // Rows a little apart from each other, or all of them would fall into the same few lines of the cache.
  const size_t rowStride = waveforms_.size() + 16;
  Scratch<PanelScratch> scratch([&] {
    return std::make_unique<PanelScratch>(
        PanelScratch{Corrector<float>(waveforms_, kriging), std::vector<float>(width_ * rowStride)});
  });
  parallelFor(job, panels(), [&](size_t panel) {
    scratch.with([&](PanelScratch& s) { fillPanel(job, panel, s.corrector, s.rows, shiftsUm); });
  });
  makeBlocks();
  parallelFor(job, blocks_.size(), [&](size_t b) { packBlock(blocks_[b]); });
}

void WaveformPanels::fillPanel(const Job& job, size_t panel, Corrector<float>& corrector, std::vector<float>& rows,
                               std::span<const double> shiftsUm) {
  const size_t samples = waveforms_.samples;
  const size_t rowStride = rows.size() / width_;
  std::vector<float> ranges(waveforms_.channels);
  for (size_t lane = 0; lane < width_; ++lane) {
    float* row = rows.data() + lane * rowStride;
    const size_t position = panel * width_ + lane;
    if (position >= units()) {
      std::fill_n(row, rowStride, 0.0F);
      continue;
    }
    job.throwIfAborted();
    const auto unit = static_cast<size_t>(order_[position]);
    corrector.select(unit);
    const float* corrected = corrector.corrected(shiftsUm.empty() ? 0 : shiftsUm[unit]);
    std::copy_n(corrected, waveforms_.size(), row);
    kernels().ranges(corrected, waveforms_.channels, samples, ranges.data());
    const auto peak = static_cast<size_t>(std::max_element(ranges.begin(), ranges.end()) - ranges.begin());
    group_[position] = neighbourhoods_.groupOfChannel[peak];
    float* own = own_.data() + position * ownStride_;
    for (const int32_t channel : neighbourhoods_.members[static_cast<size_t>(group_[position])]) {
      own = std::copy_n(row + static_cast<size_t>(channel) * samples, samples, own);
    }
  }
  for (size_t c = 0; c < waveforms_.channels; ++c) {
    float* to = values_.data() + at(panel, c) * samples;
    double* sum = sums_.data() + at(panel, c);
    double* square = squares_.data() + at(panel, c);
    std::fill_n(sum, width_, 0.0);
    std::fill_n(square, width_, 0.0);
    const float* from = rows.data() + c * samples;
    for (size_t t = 0; t < samples; ++t, to += width_) {
      for (size_t lane = 0; lane < width_; ++lane) to[lane] = from[lane * rowStride + t];
      for (size_t lane = 0; lane < width_; ++lane) {
        const double value = to[lane];
        sum[lane] += value;
        square[lane] += value * value;
      }
    }
  }
}

void WaveformPanels::makeBlocks() {
  const auto maxRows = static_cast<size_t>(kernels().maxRows);
  std::vector<std::vector<size_t>> positionsOfGroup(neighbourhoods_.members.size());
  for (size_t i = 0; i < units(); ++i) positionsOfGroup[static_cast<size_t>(group_[i])].push_back(i);
  std::vector<size_t> groups;
  for (size_t g = 0; g < positionsOfGroup.size(); ++g)
    if (!positionsOfGroup[g].empty()) groups.push_back(g);
  // In the order of their units, so that the channels in use wander along the probe and stay in the cache.
  std::sort(groups.begin(), groups.end(),
            [&](size_t a, size_t b) { return positionsOfGroup[a].front() < positionsOfGroup[b].front(); });
  blocks_.clear();
  size_t offset = 0;
  for (const size_t g : groups) {
    const auto& all = positionsOfGroup[g];
    for (size_t first = 0; first < all.size(); first += maxRows) {
      const size_t last = std::min(all.size(), first + maxRows);
      const auto begin = all.begin();
      blocks_.push_back(
          {g, {begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(last)}, offset, {}, {}});
      offset += (last - first) * neighbourhoods_.members[g].size() * waveforms_.samples;
    }
  }
}

void WaveformPanels::packBlock(Block& block) {
  const size_t length = neighbourhoods_.members[block.group].size() * waveforms_.samples;
  const size_t rows = block.positions.size();
  const auto count = static_cast<double>(length);
  float* packed = left_.data() + block.offset;
  for (size_t r = 0; r < rows; ++r) {
    const float* own = own_.data() + block.positions[r] * ownStride_;
    double sum = 0, square = 0;
    for (size_t k = 0; k < length; ++k) {
      sum += own[k];
      square += static_cast<double>(own[k]) * own[k];
    }
    const double mean = sum / count, scale = inverseNorm(sum, square, count);
    double roundedSum = 0, roundedSquare = 0;
    for (size_t k = 0; k < length; ++k) {
      const auto value = static_cast<float>((own[k] - mean) * scale);
      packed[k * rows + r] = value;
      roundedSum += value;
      roundedSquare += static_cast<double>(value) * value;
    }
    block.means.push_back(roundedSum / count);
    block.scales.push_back(inverseNorm(roundedSum, roundedSquare, count));
  }
}

} // namespace dant
