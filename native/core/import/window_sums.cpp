#include "core/import/window_sums.h"

#include "core/simd/kernels.h"

#include <algorithm>
#include <array>
#include <vector>

namespace dant {

namespace {

constexpr size_t powerCount = 9;
constexpr size_t sideSize = decayStates * tileChannels;

/// The filter's poles as kernels need them.
struct Powers {
  std::array<float, decayStates * powerCount> powers;
  std::array<float, decayStates> start;

  explicit Powers(const ZeroPhaseHighPass& filter) {
    const auto& [real, other] = filter.poles;
    for (size_t j = 0; j < powerCount; ++j) {
      const auto exponent = static_cast<int>(j);
      const auto power = std::pow(other, exponent);
      powers[j] = static_cast<float>(std::pow(real, exponent).real());
      powers[powerCount + j] = static_cast<float>(power.real());
      powers[2 * powerCount + j] = static_cast<float>(power.imag());
    }
    const auto sum = 1.0 / (1.0 - other);
    start = {static_cast<float>((1.0 / (1.0 - real)).real()), static_cast<float>(sum.real()),
             static_cast<float>(sum.imag())};
  }
};

/// All windows in order of time.
struct Events {
  std::vector<int32_t> starts, units;

  explicit Events(const UnitWindows& windows) {
    std::vector<std::pair<int32_t, int32_t>> all;
    for (size_t u = 0; u < windows.units(); ++u) {
      for (int32_t i = windows.offsets[u]; i < windows.offsets[u + 1]; ++i) {
        all.emplace_back(windows.starts[static_cast<size_t>(i)], static_cast<int32_t>(u));
      }
    }
    std::sort(all.begin(), all.end());
    for (const auto& [start, unit] : all) {
      starts.push_back(start);
      units.push_back(unit);
    }
  }
};

} // namespace

void addWindows(const Job& job, const RawBlock& block, size_t rows, const UnitWindows& windows,
                const ZeroPhaseHighPass* filter, const WindowSums& sums) {
  if (windows.starts.empty()) return;
  const auto& kernel = kernels();
  const size_t units = windows.units();
  const size_t windowSize = windows.length * tileChannels;

  std::vector<std::pair<Powers, Events>> decays; // one or none
  std::vector<int32_t> rowsBehind, unitsBehind;
  if (filter) {
    decays.emplace_back(Powers(*filter), Events(windows));
    const auto& events = decays.front().second;
    for (size_t i = events.starts.size(); i-- > 0;) {
      rowsBehind.push_back(static_cast<int32_t>(rows - windows.length) - events.starts[i]);
      unitsBehind.push_back(events.units[i]);
    }
  }
  parallelFor(job, block.tiles(), [&](size_t tile) {
    const int16_t* const samples = block.tile(tile);
    for (const auto& [powers, events] : decays) {
      double* const outside = sums.outside.data() + tile * units * 2 * sideSize;
      job.throwIfAborted();
      kernel.addDecayingSums({samples, static_cast<ptrdiff_t>(tileChannels), powers.powers.data(), powers.start.data(),
                              events.starts.data(), events.units.data(), events.starts.size(), 2 * sideSize, outside});
      job.throwIfAborted();
      kernel.addDecayingSums({samples + (rows - 1) * tileChannels, -static_cast<ptrdiff_t>(tileChannels),
                              powers.powers.data(), powers.start.data(), rowsBehind.data(), unitsBehind.data(),
                              rowsBehind.size(), 2 * sideSize, outside + sideSize});
    }
    for (size_t u = 0; u < units; ++u) {
      const auto first = static_cast<size_t>(windows.offsets[u]);
      const auto count = static_cast<size_t>(windows.offsets[u + 1]) - first;
      if (count == 0) continue;
      job.throwIfAborted();
      kernel.addWindows(samples, windows.starts.data() + first, count, windows.length,
                        sums.windows.data() + (tile * units + u) * windowSize);
    }
  });
}

void addRowTotals(const Job& job, const RawBlock& block, size_t rows, std::span<double> totals) {
  parallelFor(job, block.tiles(), [&](size_t tile) {
    std::array<int64_t, tileChannels> sums{};
    const int16_t* const samples = block.tile(tile);
    for (size_t r = 0; r < rows; r += totalledEvery)
      for (size_t c = 0; c < tileChannels; ++c) sums[c] += samples[r * tileChannels + c];
    for (size_t c = 0; c < tileChannels; ++c) totals[tile * tileChannels + c] += static_cast<double>(sums[c]);
  });
}

} // namespace dant
