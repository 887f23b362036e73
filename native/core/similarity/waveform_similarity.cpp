#include "core/similarity/waveform_similarity.h"

#include "core/job/scratch.h"
#include "core/simd/kernels.h"
#include "core/similarity/fisher.h"
#include "core/similarity/waveform_blocks.h"
#include "core/similarity/waveform_panels.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace dant {

namespace {

/// Single precision leaves an error in r that grows with r: of four million correlations none was off by more than
/// 6e-7·r. Up to this |r| that is less than 6e-7 in z.
constexpr float settled = 0.6F;

/// Products of a few panels with all blocks, template by template.
template <class Value> class Products {
public:
  Products(const WaveformBlocks<Value>& blocks, const Neighbourhoods& neighbourhoods, const ComparedWaveforms& compared,
           size_t panelsAtOnce)
      : blocks_(blocks), neighbourhoods_(neighbourhoods), units_(compared.units()), samples_(compared.samples()),
        panels_(compared, panelsAtOnce), sums_(panelsAtOnce * width()), scales_(sums_.size()),
        singleScales_(sums_.size()), tile_(static_cast<size_t>(kernels().maxRows) * width()), z_(tile_.size()),
        largest_(static_cast<size_t>(kernels().maxRows)), exact_(static_cast<size_t>(kernels().maxRowsF64) * width()) {}

  /// Takes up some panels.
  void take(const Job& job, PanelRange panels) { panels_.fill(job, panels); }

  /// The columns of the panels of z (position, position), the largest over the templates.
  void multiply(const Job& job, size_t templates, float* z) {
    for (template_ = 0; template_ < templates; ++template_) {
      group_ = none;
      for (const auto& block : blocks_.of(template_)) {
        job.throwIfAborted();
        multiply(block, z);
      }
    }
  }

private:
  using Block = typename WaveformBlocks<Value>::Block;
  static constexpr auto none = static_cast<size_t>(-1);

  size_t width() const { return panels_.width(); }

  /// The rows of the block of z under the template; where earlier templates gave more, that stays.
  void multiply(const Block& block, float* z) {
    if (block.group != group_) takeGroup(block.group);
    const size_t rows = block.positions.size();
    for (size_t panel = 0; panel < panels_.panels(); ++panel) {
      multiply(block, panel);
      kernels().smallFisherZ(tile_.data(), singleScales_.data() + panel * width(), rows, z_.data(), largest_.data());
      recomputeExactly(block, panel);
      const size_t columns = panels_.columns(panel);
      for (size_t r = 0; r < rows; ++r) {
        float* to = z + block.positions[r] * units_ + panels_.firstPosition(panel);
        const float* from = z_.data() + r * width();
        const bool keepLarger = template_ > 0;
        for (size_t lane = 0; lane < columns; ++lane)
          to[lane] = keepLarger ? std::max(to[lane], from[lane]) : from[lane];
      }
    }
  }

  /// The products of a block and a panel.
  void multiply(const Block& block, size_t panel) {
    const auto& channels = neighbourhoods_.members[group_];
    const auto rows = static_cast<int>(block.positions.size());
    const NextBlock next = blocks_.after(block, panel, panels_.panels());
    segments_.clear();
    for (const int32_t channel : channels)
      segments_.push_back(panels_.values(template_, panel, static_cast<size_t>(channel)));
    if constexpr (isQuantised<Value>) {
      steps_.clear();
      for (const int32_t channel : channels)
        steps_.push_back(panels_.steps(template_, panel, static_cast<size_t>(channel)));
      kernels().dotsQuantised(blocks_.values(block), block.steps.data(), rows, segments_.data(), steps_.data(),
                              segments_.size(), blocks_.perChannel(), next, tile_.data());
    } else {
      kernels().dots(blocks_.values(block), rows, segments_.data(), segments_.size(), blocks_.perChannel(), next,
                     tile_.data());
    }
  }

  /// Sums and norms of the panels' units over the channels of a group.
  void takeGroup(size_t group) {
    group_ = group;
    const auto length = static_cast<double>(neighbourhoods_.members[group].size() * samples_);
    std::vector<double> squares(width());
    for (size_t panel = 0; panel < panels_.panels(); ++panel) {
      double* sums = sums_.data() + panel * width();
      double* scales = scales_.data() + panel * width();
      std::fill_n(sums, width(), 0.0);
      std::fill(squares.begin(), squares.end(), 0.0);
      for (const int32_t channel : neighbourhoods_.members[group]) {
        const double* sum = panels_.sums(template_, panel, static_cast<size_t>(channel));
        const double* square = panels_.squares(template_, panel, static_cast<size_t>(channel));
        for (size_t lane = 0; lane < width(); ++lane) {
          sums[lane] += sum[lane];
          squares[lane] += square[lane];
        }
      }
      for (size_t lane = 0; lane < width(); ++lane) {
        scales[lane] = inverseNorm(sums[lane], squares[lane], length);
        singleScales_[panel * width() + lane] = static_cast<float>(scales[lane]);
      }
    }
  }

  /// Recomputes in double precision the rows of z that have a correlation which is too large for single precision: of
  /// whole numbers from the products that there are, which are exact.
  void recomputeExactly(const Block& block, size_t panel) {
    static const double limit = std::tanh(largestFisherZ);
    unsettled_.clear();
    for (size_t r = 0; r < block.positions.size(); ++r)
      if (!(largest_[r] <= settled)) unsettled_.push_back(static_cast<int32_t>(r));
    const double* scales = scales_.data() + panel * width();
    const auto most = static_cast<size_t>(kernels().maxRowsF64);
    const size_t parts = (unsettled_.size() + most - 1) / most;
    for (size_t part = 0; part < parts; ++part) {
      const size_t first = part * unsettled_.size() / parts, last = (part + 1) * unsettled_.size() / parts;
      const auto rows = std::span(unsettled_).subspan(first, last - first);
      if constexpr (!isQuantised<Value>) multiplyExactly(block, panel, rows);
      for (size_t i = 0; i < rows.size(); ++i) {
        const auto row = static_cast<size_t>(rows[i]);
        double* r = exact_.data() + i * width();
        for (size_t lane = 0; lane < width(); ++lane)
          r[lane] = (isQuantised<Value> ? tile_[row * width() + lane] : r[lane]) * scales[lane];
        kernels().fisherZ(r, width(), limit, z_.data() + row * width());
      }
    }
  }

  /// The products of some rows in double precision. Their left side is what the blocks hold, corrected for
  /// their rounding.
  void multiplyExactly(const Block& block, size_t panel, std::span<const int32_t> rows) {
    const double* sums = sums_.data() + panel * width();
    kernels().dotsExact(blocks_.values(block), block.positions.size(), rows.data(), static_cast<int>(rows.size()),
                        segments_.data(), segments_.size(), blocks_.perChannel(), exact_.data());
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto row = static_cast<size_t>(rows[i]);
      double* products = exact_.data() + i * width();
      for (size_t lane = 0; lane < width(); ++lane)
        products[lane] = (products[lane] - block.means[row] * sums[lane]) * block.scales[row];
    }
  }

  const WaveformBlocks<Value>& blocks_;
  const Neighbourhoods& neighbourhoods_;
  size_t units_, samples_;
  WaveformPanels<Value> panels_;
  size_t template_ = 0, group_ = none;
  std::vector<double> sums_, scales_; ///< (panel, lane)
  std::vector<float> singleScales_;
  std::vector<const Value*> segments_;
  std::vector<const float*> steps_;       ///< of the segments, if they are quantised
  std::vector<float> tile_, z_, largest_; ///< of a block and a panel: products, z, and the largest |r| of each row
  std::vector<int32_t> unsettled_;
  std::vector<double> exact_;
};

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Panels that a thread multiplies at once, turn by turn: the more, the less often the blocks are read. Towards the end
/// they are fewer, so that no thread is left alone with many. The most are as measured.
template <class Value> std::vector<PanelRange> turnsOf(const Job& job, size_t panels) {
  constexpr size_t most = isQuantised<Value> ? 5 : 3, turnsLeft = 3;
  std::vector<PanelRange> turns;
  for (size_t first = 0; first < panels; first += turns.back().count) {
    const size_t share = (panels - first) / (turnsLeft * static_cast<size_t>(std::max(1, job.threads)));
    turns.push_back({first, std::clamp<size_t>(share, 1, most)});
  }
  return turns;
}

/// z (position, position) of every unit, over its own group, with every other: the largest over the templates, not
/// symmetric. Returns the seconds that each thread spent on average on getting the waveforms into blocks and panels.
template <class Value> double productsOfAll(const Job& job, const ComparedWaveforms& compared,
                                            const Neighbourhoods& neighbourhoods, float* z) {
  const auto start = std::chrono::steady_clock::now();
  const WaveformBlocks<Value> blocks(job, compared, neighbourhoods);
  const double blockSeconds = secondsSince(start);
  const auto width = static_cast<size_t>(kernels().width);
  const auto turns = turnsOf<Value>(job, (compared.units() + width - 1) / width);
  const size_t most = turns.empty() ? 0 : turns.front().count;
  Scratch<Products<Value>> scratch(
      [&] { return std::make_unique<Products<Value>>(blocks, neighbourhoods, compared, most); });
  std::vector<double> seconds(turns.size());
  const auto body = [&](size_t turn) {
    scratch.with([&](Products<Value>& products) {
      const auto start = std::chrono::steady_clock::now();
      products.take(job, turns[turn]);
      seconds[turn] = secondsSince(start);
      products.multiply(job, compared.templates(), z);
    });
  };
  parallelFor(job, seconds.size(), body, true);
  const double threads = std::clamp<double>(static_cast<double>(seconds.size()), 1, std::max(1, job.threads));
  return blockSeconds + std::accumulate(seconds.begin(), seconds.end(), 0.0) / threads;
}

/// z ← max(z, zᵀ), block by block.
void symmetrise(const Job& job, float* z, size_t count) {
  constexpr size_t edge = 64;
  const size_t blocks = (count + edge - 1) / edge;
  const auto length = [&](size_t block) { return std::min(edge, count - block * edge); };
  parallelFor(job, blocks, [&](size_t row) {
    for (size_t column = row; column < blocks; ++column)
      kernels().symmetrise(z, count, row * edge, length(row), column * edge, length(column));
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
                          std::span<const int32_t> peakChannels, std::span<const double> shiftsUm, bool quantised,
                          std::span<float> similarity) {
  waveforms.check();
  const size_t count = waveforms.count();
  std::vector<int32_t> order(count), positionOf(count);
  std::iota(order.begin(), order.end(), 0);
  const ComparedWaveforms compared{waveforms, kriging, peakChannels, shiftsUm, order};
  if (similarity.size() != count * count || (kriging != nullptr && shiftsUm.size() != compared.templates() * count)) {
    throw InputError("The similarity matrix and the shifts do not fit the number of units.");
  }
  for (const int32_t channel : peakChannels) {
    if (channel < 0 || static_cast<size_t>(channel) >= waveforms.channels)
      throw InputError("A peak channel does not exist.");
  }
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    const auto at = [&](int32_t unit) { return 2 * static_cast<size_t>(peakChannels[static_cast<size_t>(unit)]); };
    return std::pair(locationsUm[at(a) + 1], locationsUm[at(a)]) <
           std::pair(locationsUm[at(b) + 1], locationsUm[at(b)]);
  });
  for (size_t i = 0; i < count; ++i) positionOf[static_cast<size_t>(order[i])] = static_cast<int32_t>(i);

  float* z = similarity.data(); // by position until the end
  const double seconds = quantised ? productsOfAll<SamplePair>(job, compared, neighbourhoods, z)
                                   : productsOfAll<float>(job, compared, neighbourhoods, z);
  symmetrise(job, z, count);
  restoreOrder(job, z, positionOf);
  for (size_t i = 0; i < count; ++i) z[i * count + i] = static_cast<float>(largestFisherZ);
  return seconds;
}

} // namespace dant
