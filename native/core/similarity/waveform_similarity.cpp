#include "core/similarity/waveform_similarity.h"

#include "core/simd/kernels.h"
#include "core/similarity/fisher.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dant {

namespace {

/// Single precision leaves an error of up to about 6e-7 in r. Below this |r| that is less than 1e-6 in z.
constexpr float settled = 0.4F;
/// A variance below this share of the mean square is rounding error.
constexpr double noVariance = 1e-13;

/// atanh for |r| ≤ settled, exact to 1e-8.
inline float smallFisherZ(float r) {
  const float x = r * r;
  return r *
         (1 + x * (1 / 3.F +
                   x * (1 / 5.F + x * (1 / 7.F + x * (1 / 9.F + x * (1 / 11.F + x * (1 / 13.F + x * (1 / 15.F))))))));
}

/// 1 / √(Σ (v − mean)²), 0 without variance.
inline double inverseNorm(double sum, double square, double count) {
  const double variance = square - sum * sum / count;
  return variance > noVariance * square ? 1 / std::sqrt(variance) : 0;
}

/// Up to `rows` units of one group, centred and normalised, as the left side of products.
class LeftSide {
public:
  LeftSide(const WaveformPanels& panels, std::span<const int32_t> positions, size_t length)
      : panels_(panels), positions_(positions), length_(length), packed_(length * positions.size()) {
    for (size_t r = 0; r < positions.size(); ++r) {
      const float* own = values(r);
      double sum = 0, square = 0;
      for (size_t k = 0; k < length; ++k) {
        sum += own[k];
        square += static_cast<double>(own[k]) * own[k];
      }
      means_.push_back(sum / static_cast<double>(length));
      scales_.push_back(inverseNorm(sum, square, static_cast<double>(length)));
    }
    pack(0, positions.size(), packed_);
  }

  const float* single() const { return packed_.data(); }

  /// Rows first … first + count − 1 in double precision.
  const double* exact(size_t first, size_t count) {
    exact_.resize(length_ * count);
    pack(first, count, exact_);
    return exact_.data();
  }

private:
  const float* values(size_t r) const {
    return panels_.own.data() + panels_.ownOffset[static_cast<size_t>(positions_[r])];
  }

  template <class T> void pack(size_t first, size_t count, std::vector<T>& to) const {
    for (size_t r = 0; r < count; ++r) {
      const float* own = values(first + r);
      const double mean = means_[first + r], scale = scales_[first + r];
      for (size_t k = 0; k < length_; ++k) to[k * count + r] = static_cast<T>((own[k] - mean) * scale);
    }
  }

  const WaveformPanels& panels_;
  std::span<const int32_t> positions_;
  size_t length_;
  std::vector<double> means_, scales_;
  std::vector<float> packed_;
  std::vector<double> exact_;
};

/// z (position, position) of every unit, over its own group, with every other: one template, not yet symmetric.
void productsOfAll(const Job& job, const WaveformPanels& panels, const Neighbourhoods& neighbourhoods, float* z) {
  const auto& k = kernels();
  const size_t width = panels.width;
  std::vector<std::vector<int32_t>> positionsOfGroup(neighbourhoods.members.size());
  for (size_t i = 0; i < panels.units; ++i) {
    positionsOfGroup[static_cast<size_t>(panels.group[i])].push_back(static_cast<int32_t>(i));
  }
  // Groups in the order of their units, so that the channels in use wander along the probe and stay in the cache.
  std::vector<size_t> groups;
  for (size_t g = 0; g < positionsOfGroup.size(); ++g)
    if (!positionsOfGroup[g].empty()) groups.push_back(g);
  std::sort(groups.begin(), groups.end(),
            [&](size_t a, size_t b) { return positionsOfGroup[a] < positionsOfGroup[b]; });

  constexpr size_t panelsPerTask = 2;
  const size_t tasks = (panels.panels() + panelsPerTask - 1) / panelsPerTask;
  parallelFor(job, tasks, [&](size_t task) {
    const size_t firstPanel = task * panelsPerTask;
    const size_t lastPanel = std::min(panels.panels(), firstPanel + panelsPerTask);
    std::vector<double> scales(panelsPerTask * width);
    std::vector<const float*> segments;
    std::vector<float> tile(static_cast<size_t>(k.maxRows) * width);
    std::vector<double> exactTile(static_cast<size_t>(k.maxRowsF64) * width);
    for (const size_t g : groups) {
      job.throwIfAborted();
      const auto& members = neighbourhoods.members[g];
      const size_t length = members.size() * panels.samples;
      for (size_t panel = firstPanel; panel < lastPanel; ++panel) {
        std::vector<double> sum(width), square(width);
        for (const int32_t channel : members) {
          const size_t at = (panel * panels.channels + static_cast<size_t>(channel)) * width;
          for (size_t lane = 0; lane < width; ++lane) {
            sum[lane] += panels.sums[at + lane];
            square[lane] += panels.squares[at + lane];
          }
        }
        for (size_t lane = 0; lane < width; ++lane) {
          scales[(panel - firstPanel) * width + lane] =
              inverseNorm(sum[lane], square[lane], static_cast<double>(length));
        }
      }
      const std::span<const int32_t> all = positionsOfGroup[g];
      for (size_t first = 0; first < all.size(); first += static_cast<size_t>(k.maxRows)) {
        const auto rows = all.subspan(first, std::min(static_cast<size_t>(k.maxRows), all.size() - first));
        LeftSide left(panels, rows, length);
        for (size_t panel = firstPanel; panel < lastPanel; ++panel) {
          segments.clear();
          for (const int32_t channel : members) segments.push_back(panels.segment(panel, static_cast<size_t>(channel)));
          k.dots(left.single(), static_cast<int>(rows.size()), segments.data(), segments.size(), panels.samples,
                 tile.data());
          const double* scale = scales.data() + (panel - firstPanel) * width;
          const size_t firstColumn = panel * width;
          const size_t columns = std::min(width, panels.units - firstColumn);
          const auto exactRows = static_cast<size_t>(k.maxRowsF64);
          for (size_t block = 0; block < rows.size(); block += exactRows) {
            const size_t blockRows = std::min(exactRows, rows.size() - block);
            float largest = 0;
            for (size_t r = block; r < block + blockRows; ++r) {
              float* to = z + static_cast<size_t>(rows[r]) * panels.units + firstColumn;
              for (size_t lane = 0; lane < columns; ++lane) {
                const float correlation = tile[r * width + lane] * static_cast<float>(scale[lane]);
                largest = std::max(largest, std::abs(correlation));
                to[lane] = smallFisherZ(correlation);
              }
            }
            if (largest <= settled) continue;
            k.dotsExact(left.exact(block, blockRows), static_cast<int>(blockRows), segments.data(), segments.size(),
                        panels.samples, exactTile.data());
            for (size_t r = 0; r < blockRows; ++r) {
              float* to = z + static_cast<size_t>(rows[block + r]) * panels.units + firstColumn;
              for (size_t lane = 0; lane < columns; ++lane) {
                to[lane] = static_cast<float>(fisherZ(exactTile[r * width + lane] * scale[lane]));
              }
            }
          }
        }
      }
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

} // namespace

void waveformSimilarity(const Job& job, const Waveforms& waveforms, std::span<const double> locationsUm,
                        const Neighbourhoods& neighbourhoods, const Kriging* kriging,
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

  const auto z = std::make_unique_for_overwrite<float[]>(count * count); // by position
  for (size_t k = 0; k < templates; ++k) {
    {
      const auto panels = makePanels(job, waveforms, neighbourhoods, kriging,
                                     kriging == nullptr ? shiftsUm : shiftsUm.subspan(k * count, count), order);
      productsOfAll(job, panels, neighbourhoods, z.get());
    }
    symmetrise(job, z.get(), count);
    parallelFor(job, count, [&](size_t i) {
      const float* from = z.get() + static_cast<size_t>(positionOf[i]) * count;
      float* to = similarity.data() + i * count;
      for (size_t j = 0; j < count; ++j) {
        const float value = from[positionOf[j]];
        to[j] = k == 0 ? value : std::max(to[j], value);
      }
      to[i] = static_cast<float>(largestFisherZ);
    });
    job.report(static_cast<double>(k + 1) / static_cast<double>(templates));
  }
}

} // namespace dant
