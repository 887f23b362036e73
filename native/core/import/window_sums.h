#pragma once
#include "core/import/filter.h"
#include "core/import/raw_samples.h"

#include <cstdint>
#include <span>

namespace dant {

/// Windows of a block, of each unit.
struct UnitWindows {
  std::span<const int32_t> starts;  ///< first rows, one unit after the other, rising within each
  std::span<const int32_t> offsets; ///< (units + 1) unit u has the starts offsets[u] … offsets[u + 1] − 1
  size_t length;

  size_t units() const { return offsets.size() - 1; }
};

/// Sums over the windows of each unit.
struct WindowSums {
  std::span<int32_t> windows; ///< (tiles, units, length, tileChannels)
  /// (tiles, units, 2, decayStates, tileChannels) what the filter keeps of the samples before a window, and of those
  /// behind it in reverse order
  std::span<double> outside;
};

/// Adds the windows of a block, of which `rows` rows are filled. `filter`: null, or the filter that `outside` is for.
void addWindows(const Job& job, const RawBlock& block, size_t rows, const UnitWindows& windows,
                const ZeroPhaseHighPass* filter, const WindowSums& sums);

/// totals[c] += the sum over every 16th of the block's rows, of each channel (tiles, tileChannels).
void addRowTotals(const Job& job, const RawBlock& block, size_t rows, std::span<double> totals);
constexpr size_t totalledEvery = 16;

} // namespace dant
