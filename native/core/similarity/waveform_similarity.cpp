#include "core/similarity/waveform_similarity.h"

#include "core/simd/kernels.h"
#include "core/similarity/fisher.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace dant {

namespace {

/// Single precision leaves an error of up to about 6e-7 in r. Below this |r| that is less than 1e-6 in z.
constexpr float settled = 0.4F;

/// Products of a few panels with all blocks.
class Products {
public:
  Products(const WaveformPanels& panels, const Neighbourhoods& neighbourhoods, size_t firstPanel, size_t lastPanel)
      : panels_(panels), neighbourhoods_(neighbourhoods), firstPanel_(firstPanel), lastPanel_(lastPanel),
        sums_((lastPanel - firstPanel) * panels.width()), scales_(sums_.size()), singleScales_(sums_.size()),
        tile_(static_cast<size_t>(kernels().maxRows) * panels.width()),
        z_(static_cast<size_t>(kernels().maxRowsF64) * panels.width()), exact_(z_.size()) {}

  /// The rows of the block and the columns of the panels of z (position, position); with `keepLarger`, only where they
  /// are larger than what is there.
  void multiply(const WaveformPanels::Block& block, bool keepLarger, float* z) {
    const auto& members = neighbourhoods_.members[block.group];
    if (block.group != group_) takeGroup(block.group);
    for (size_t panel = firstPanel_; panel < lastPanel_; ++panel) {
      segments_.clear();
      for (const int32_t channel : members) segments_.push_back(panels_.values(panel, static_cast<size_t>(channel)));
      kernels().dots(panels_.blockValues(block), static_cast<int>(block.positions.size()), segments_.data(),
                     segments_.size(), panels_.samples(), tile_.data());
      const auto step = static_cast<size_t>(kernels().maxRowsF64);
      for (size_t row = 0; row < block.positions.size(); row += step) {
        const size_t rows = std::min(step, block.positions.size() - row);
        if (!settle(panel, row, rows)) multiplyExactly(block, panel, row, rows);
        for (size_t r = 0; r < rows; ++r) {
          float* to = z + block.positions[row + r] * panels_.units() + panel * width();
          const float* from = z_.data() + r * width();
          for (size_t lane = 0; lane < columns(panel); ++lane) {
            to[lane] = keepLarger ? std::max(to[lane], from[lane]) : from[lane];
          }
        }
      }
    }
  }

private:
  size_t width() const { return panels_.width(); }
  size_t columns(size_t panel) const { return std::min(width(), panels_.units() - panel * width()); }
  double length(size_t group) const {
    return static_cast<double>(neighbourhoods_.members[group].size() * panels_.samples());
  }

  /// Sums and norms of the panels' units over the channels of a group.
  void takeGroup(size_t group) {
    group_ = group;
    std::vector<double> squares(width());
    for (size_t panel = firstPanel_; panel < lastPanel_; ++panel) {
      double* sums = sums_.data() + (panel - firstPanel_) * width();
      double* scales = scales_.data() + (panel - firstPanel_) * width();
      std::fill_n(sums, width(), 0.0);
      std::fill(squares.begin(), squares.end(), 0.0);
      for (const int32_t channel : neighbourhoods_.members[group]) {
        const double* sum = panels_.sums(panel, static_cast<size_t>(channel));
        const double* square = panels_.squares(panel, static_cast<size_t>(channel));
        for (size_t lane = 0; lane < width(); ++lane) {
          sums[lane] += sum[lane];
          squares[lane] += square[lane];
        }
      }
      for (size_t lane = 0; lane < width(); ++lane) {
        scales[lane] = inverseNorm(sums[lane], squares[lane], length(group));
        singleScales_[(panel - firstPanel_) * width() + lane] = static_cast<float>(scales[lane]);
      }
    }
  }

  /// z from the single-precision tile; false if one of the correlations is too large for it.
  bool settle(size_t panel, size_t row, size_t rows) {
    return kernels().smallFisherZ(tile_.data() + row * width(), singleScales_.data() + (panel - firstPanel_) * width(),
                                  rows, z_.data()) <= settled;
  }

  /// The same in double precision. The left side is what the blocks hold, put right for what rounding did to it.
  void multiplyExactly(const WaveformPanels::Block& block, size_t panel, size_t row, size_t rows) {
    static const double limit = std::tanh(largestFisherZ);
    const size_t blockRows = block.positions.size();
    const size_t count = segments_.size() * panels_.samples();
    const float* values = panels_.blockValues(block);
    left_.resize(count * rows);
    for (size_t k = 0; k < count; ++k)
      for (size_t r = 0; r < rows; ++r) left_[k * rows + r] = values[k * blockRows + row + r];
    kernels().dotsExact(left_.data(), static_cast<int>(rows), segments_.data(), segments_.size(), panels_.samples(),
                        exact_.data());
    const double* sums = sums_.data() + (panel - firstPanel_) * width();
    const double* scales = scales_.data() + (panel - firstPanel_) * width();
    for (size_t r = 0; r < rows; ++r) {
      double* tile = exact_.data() + r * width();
      for (size_t lane = 0; lane < width(); ++lane) {
        tile[lane] = (tile[lane] - block.means[row + r] * sums[lane]) * block.scales[row + r] * scales[lane];
      }
      kernels().fisherZ(tile, width(), limit, z_.data() + r * width());
    }
  }

  const WaveformPanels& panels_;
  const Neighbourhoods& neighbourhoods_;
  size_t firstPanel_, lastPanel_;
  size_t group_ = static_cast<size_t>(-1);
  std::vector<double> sums_, scales_; ///< (panel, lane)
  std::vector<float> singleScales_;
  std::vector<const float*> segments_;
  std::vector<float> tile_, z_; ///< correlations of a block; z of some of its rows
  std::vector<double> exact_, left_;
};

/// z (position, position) of every unit, over its own group, with every other: one template, not symmetric.
void productsOfAll(const Job& job, const WaveformPanels& panels, const Neighbourhoods& neighbourhoods, bool keepLarger,
                   float* z) {
  constexpr size_t panelsPerTask = 2;
  parallelFor(job, (panels.panels() + panelsPerTask - 1) / panelsPerTask, [&](size_t task) {
    Products products(panels, neighbourhoods, task * panelsPerTask,
                      std::min(panels.panels(), (task + 1) * panelsPerTask));
    for (const auto& block : panels.blocks()) {
      job.throwIfAborted();
      products.multiply(block, keepLarger, z);
    }
  });
}

/// z ← max(z, zᵀ), square by square.
void symmetrise(const Job& job, float* z, size_t count) {
  constexpr size_t edge = 64;
  const size_t blocks = (count + edge - 1) / edge;
  parallelFor(job, blocks, [&](size_t blockRow) {
    for (size_t blockColumn = blockRow; blockColumn < blocks; ++blockColumn) {
      for (size_t i = blockRow * edge; i < std::min(count, (blockRow + 1) * edge); ++i) {
        for (size_t j = std::max(blockColumn * edge, i); j < std::min(count, (blockColumn + 1) * edge); ++j) {
          z[i * count + j] = z[j * count + i] = std::max(z[i * count + j], z[j * count + i]);
        }
      }
    }
  });
}

/// Row and column positionOf[i] become row and column i.
void restoreOrder(const Job& job, float* z, std::span<const int32_t> positionOf) {
  const size_t count = positionOf.size();
  parallelFor(job, count, [&](size_t row) {
    std::vector<float> before(z + row * count, z + (row + 1) * count);
    for (size_t j = 0; j < count; ++j) z[row * count + j] = before[static_cast<size_t>(positionOf[j])];
  });
  // The rows, cycle by cycle, in stripes of columns.
  constexpr size_t stripe = 1024;
  parallelFor(job, (count + stripe - 1) / stripe, [&](size_t s) {
    const size_t first = s * stripe, width = std::min(stripe, count - first);
    std::vector<bool> done(count);
    std::vector<float> saved(width);
    for (size_t start = 0; start < count; ++start) {
      if (done[start]) continue;
      std::copy_n(z + start * count + first, width, saved.begin());
      for (size_t row = start;;) {
        done[row] = true;
        const auto from = static_cast<size_t>(positionOf[row]);
        if (from == start) {
          std::copy_n(saved.begin(), width, z + row * count + first);
          break;
        }
        std::copy_n(z + from * count + first, width, z + row * count + first);
        row = from;
      }
      if (start % 256 == 0) job.throwIfAborted();
    }
  });
}

} // namespace

double waveformSimilarity(const Job& job, const Waveforms& waveforms, std::span<const double> locationsUm,
                          const Neighbourhoods& neighbourhoods, const Kriging<float>* kriging,
                          std::span<const int32_t> peakChannels, std::span<const double> shiftsUm,
                          std::span<float> similarity) {
  waveforms.check();
  const size_t count = waveforms.count();
  const size_t templates = kriging == nullptr ? 1 : shiftsUm.size() / std::max<size_t>(1, count);
  if (similarity.size() != count * count || (kriging != nullptr && shiftsUm.size() != templates * count)) {
    throw InputError("The similarity matrix and the shifts do not fit the number of units.");
  }
  for (const int32_t channel : peakChannels) {
    if (channel < 0 || static_cast<size_t>(channel) >= waveforms.channels)
      throw InputError("A peak channel does not exist.");
  }
  std::vector<int32_t> order(count), positionOf(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    const auto at = [&](int32_t unit) { return 2 * static_cast<size_t>(peakChannels[static_cast<size_t>(unit)]); };
    return std::pair(locationsUm[at(a) + 1], locationsUm[at(a)]) <
           std::pair(locationsUm[at(b) + 1], locationsUm[at(b)]);
  });
  for (size_t i = 0; i < count; ++i) positionOf[static_cast<size_t>(order[i])] = static_cast<int32_t>(i);

  float* z = similarity.data(); // by position until the end
  WaveformPanels panels(waveforms, neighbourhoods, order);
  double correctionSeconds = 0;
  for (size_t k = 0; k < templates; ++k) {
    const auto start = std::chrono::steady_clock::now();
    panels.fill(job, kriging, kriging == nullptr ? shiftsUm : shiftsUm.subspan(k * count, count));
    correctionSeconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    productsOfAll(job, panels, neighbourhoods, k > 0, z);
    job.report(static_cast<double>(k + 1) / static_cast<double>(templates));
  }
  symmetrise(job, z, count);
  restoreOrder(job, z, positionOf);
  for (size_t i = 0; i < count; ++i) z[i * count + i] = static_cast<float>(largestFisherZ);
  return correctionSeconds;
}

} // namespace dant
