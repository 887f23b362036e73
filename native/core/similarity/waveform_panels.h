#pragma once
#include "core/correction/waveforms.h"
#include "core/job/large_array.h"
#include "core/similarity/neighbourhoods.h"

#include <span>
#include <vector>

namespace dant {

/// Corrected waveforms of one template, laid out for products of every unit with every other. A unit's *position* is
/// its place in an order in which units that lie close on the probe are close.
class WaveformPanels {
public:
  /// Some units of one group, over the channels of that group, centred and normalised: the left side of products.
  struct Block {
    size_t group;
    std::vector<size_t> positions; ///< at most kernels().maxRows
    size_t offset;                 ///< of its values in `blockValues`: (channel of the group, T, row)
    /// What rounding to single precision left: mean of the rounded values, and the factor that makes their norm 1.
    std::vector<double> means, scales;
  };

  /// order: the picked unit at each position (a permutation of 0 … units − 1).
  WaveformPanels(const Waveforms& waveforms, const Neighbourhoods& neighbourhoods, std::span<const int32_t> order);

  /// Fills the panels with the waveforms kriged by shiftsUm (units; in the order of the picked units; ignored without
  /// kriging). May be called again.
  void fill(const Job& job, const Kriging<float>* kriging, std::span<const double> shiftsUm);

  size_t units() const { return order_.size(); }
  size_t width() const { return width_; } ///< units side by side in a panel
  size_t panels() const { return (units() + width_ - 1) / width_; }
  size_t samples() const { return waveforms_.samples; }

  /// (T, lane) of a channel; the lane of position p is p % width of panel p / width; lanes without a unit are zero.
  const float* values(size_t panel, size_t channel) const { return values_.data() + at(panel, channel) * samples(); }
  /// (lane) sums and sums of squares over the samples of a channel.
  const double* sums(size_t panel, size_t channel) const { return sums_.data() + at(panel, channel); }
  const double* squares(size_t panel, size_t channel) const { return squares_.data() + at(panel, channel); }

  /// All units, in blocks that wander along the probe.
  const std::vector<Block>& blocks() const { return blocks_; }
  const float* blockValues(const Block& block) const { return left_.data() + block.offset; }

private:
  size_t at(size_t panel, size_t channel) const { return (panel * waveforms_.channels + channel) * width_; }
  void fillPanel(const Job& job, size_t panel, Corrector<float>& corrector, std::vector<float>& rows,
                 std::span<const double> shiftsUm);
  void makeBlocks();
  void packBlock(Block& block);

  Waveforms waveforms_;
  const Neighbourhoods& neighbourhoods_;
  std::span<const int32_t> order_;
  size_t width_, ownStride_;
  LargeArray<float> values_;
  std::vector<double> sums_, squares_;
  std::vector<int32_t> group_;   ///< by position, of the peak channel
  LargeArray<float> own_, left_; ///< by position: values over the own group's channels; by block: the same, packed
  std::vector<Block> blocks_;
};

/// 1 / √(Σ (v − mean)²) from Σ v, Σ v² and the number of values; 0 without variance.
double inverseNorm(double sum, double square, double count);

} // namespace dant
