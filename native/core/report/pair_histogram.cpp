#include "core/report/pair_histogram.h"

#include "core/job/job.h"
#include "core/report/cluster_members.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace dant {

namespace {

/// Side by side, so that equal bins that follow each other do not wait for each other.
constexpr size_t tables = 4;

/// Bin of each value; `bins`: not counted.
void findBins(std::span<const double> values, std::span<const int32_t> partOf, int32_t part,
              const PairHistogram& histogram, int32_t* found) {
  const double start = histogram.start;
  const double binWidth = histogram.binWidth;
  const auto bins = static_cast<int32_t>(histogram.all.size());
  const double last = bins - 1;
  for (size_t i = 0; i < values.size(); ++i) {
    const double place = (values[i] - start) / binWidth;
    const double above = place > 0 ? place : 0;
    const auto bin = static_cast<int32_t>(above < last ? above : last);
    // Without branches: a value in eight bytes, parts in four. NaN is not equal to itself.
    const auto isCounted = static_cast<int32_t>(place == place) & static_cast<int32_t>(partOf[i] == part);
    found[i] = isCounted != 0 ? bin : bins;
  }
}

} // namespace

void countPairs(const BlockOfRows& block, std::span<const int32_t> partOf, std::span<const int32_t> clusters,
                const PairHistogram& histogram) {
  block.requireUnits(partOf.size());
  block.requireUnits(clusters.size());
  const size_t bins = histogram.all.size();
  if (bins == 0 || bins > std::numeric_limits<int32_t>::max() - 1 || histogram.matched.size() != bins) {
    throw InputError("Expected two histograms of the same number of bins, at least one.");
  }
  const ClusterMembers members(clusters);
  std::vector<uint64_t> counts(tables * (bins + 1));
  std::array<uint64_t*, tables> table{};
  for (size_t t = 0; t < tables; ++t) {
    table[t] = counts.data() + t * (bins + 1);
  }
  std::vector<uint64_t> matched(bins + 1);
  std::vector<int32_t> found(block.units());
  for (size_t unit = block.first(); unit < block.end(); ++unit) {
    const size_t begin = unit + 1;
    const size_t count = block.units() - begin;
    findBins(block.row(unit).subspan(begin), partOf.subspan(begin), partOf[unit], histogram, found.data());
    size_t i = 0;
    for (; i + tables <= count; i += tables) {
      for (size_t t = 0; t < tables; ++t) {
        ++table[t][found[i + t]];
      }
    }
    for (; i < count; ++i) {
      ++table[0][found[i]];
    }
    const auto own = members.of(clusters[unit]);
    for (auto other = std::upper_bound(own.begin(), own.end(), unit); other != own.end(); ++other) {
      ++matched[static_cast<size_t>(found[*other - begin])];
    }
  }
  for (size_t bin = 0; bin < bins; ++bin) {
    for (const auto* of : table) {
      histogram.all[bin] += static_cast<double>(of[bin]);
    }
    histogram.matched[bin] += static_cast<double>(matched[bin]);
  }
}

} // namespace dant
