#pragma once
#include "core/job/large_array.h"
#include "core/similarity/compared_waveforms.h"
#include "core/similarity/neighbourhoods.h"

#include <functional>
#include <vector>

namespace dant {

/// The left sides of products: all units under each template, in blocks of units that peak in the same group of
/// channels, over the channels of that group, centred and normalised.
template <class Value> class WaveformBlocks {
public:
  struct Block {
    size_t group;
    std::vector<size_t> positions; ///< at most kernels().maxRows
    size_t offset;                 ///< of its values: (channel of the group, values of a channel, row)
    /// What rounding to single precision left: mean of the rounded values, and the factor that makes their norm 1.
    std::vector<double> means, scales;
    std::vector<float> steps; ///< (channel of the group, row) that the values count; of quantised waveforms only
  };

  WaveformBlocks(const Job& job, const ComparedWaveforms& compared, const Neighbourhoods& neighbourhoods);

  /// Under a template, in an order that wanders along the probe.
  const std::vector<Block>& of(size_t templateIndex) const { return blocks_[templateIndex]; }
  const Value* values(const Block& block) const { return packed_.data() + block.offset; }
  /// One of some parts of what lies behind the block, as much as the block takes itself: there is the next one.
  NextBlock after(const Block& block, size_t part, size_t parts) const;
  size_t perChannel() const { return perChannel_; } ///< values of a channel

private:
  void makeBlocks(size_t templateIndex, std::span<const int32_t> group);
  /// ownChannels: position → its waveform over the channels of the block's group
  void pack(Block& block, const std::function<const float*(size_t)>& ownChannels);

  const Neighbourhoods& neighbourhoods_;
  size_t samples_, perChannel_, largestGroup_;
  size_t size_;                            ///< of the packed values
  LargeArray<Value> packed_;               ///< (template, block)
  std::vector<std::vector<Block>> blocks_; ///< by template
};

/// 1 / √(Σ (v − mean)²) from Σ v, Σ v² and the number of values; 0 without variance.
double inverseNorm(double sum, double square, double count);

} // namespace dant
