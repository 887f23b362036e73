#pragma once
#include "core/job/large_array.h"
#include "core/job/scratch.h"
#include "core/similarity/compared_waveforms.h"
#include "core/similarity/neighbourhoods.h"

#include <vector>

namespace dant {

/// The left sides of products: all units, in blocks of units that peak in the same group of channels, over the channels
/// of that group, centred and normalised.
class WaveformBlocks {
public:
  struct Block {
    size_t group;
    std::vector<size_t> positions; ///< at most kernels().maxRows
    size_t offset;                 ///< of its values: (channel of the group, T, row)
    /// What rounding to single precision left: mean of the rounded values, and the factor that makes their norm 1.
    std::vector<double> means, scales;
  };

  WaveformBlocks(const ComparedWaveforms& compared, const Neighbourhoods& neighbourhoods);

  /// Takes up the waveforms under a template.
  void fill(const Job& job, size_t templateIndex);

  /// In an order that wanders along the probe.
  const std::vector<Block>& all() const { return blocks_; }
  const float* values(const Block& block) const { return packed_.data() + block.offset; }

private:
  /// Working memory of one thread.
  struct ReadingRoom {
    WaveformReader reader;
    std::vector<float> room, ranges;
  };
  void readUnit(size_t position, size_t templateIndex, ReadingRoom& reading);
  void makeBlocks();
  void pack(Block& block);

  const ComparedWaveforms compared_;
  const Neighbourhoods& neighbourhoods_;
  size_t samples_, stride_;
  Scratch<ReadingRoom> rooms_;
  std::vector<int32_t> group_;     ///< by position, of the peak channel
  LargeArray<float> own_, packed_; ///< by position: values over the own group's channels; by block: the same, packed
  std::vector<Block> blocks_;
};

/// 1 / √(Σ (v − mean)²) from Σ v, Σ v² and the number of values; 0 without variance.
double inverseNorm(double sum, double square, double count);

} // namespace dant
