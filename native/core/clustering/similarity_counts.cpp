#include "core/clustering/similarity_counts.h"

#include "core/similarity/combined.h"
#include "core/similarity/fisher.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace dant {

SimilarityCounts countSimilarities(const Job& job, std::span<const float> rows, std::span<const double> weights,
                                   std::span<const uint8_t> matched) {
  constexpr double binWidth = 0.05, mostBins = 10'000;
  constexpr size_t grain = 1 << 14;
  const size_t features = weights.size(), pairs = matched.size();
  double largest = 0;
  for (const double weight : weights) largest += largestFisherZ * std::abs(weight);
  // Weights whose sum is nearly zero are huge.
  const double reachOfAll = std::min(std::ceil(largest / binWidth) + 1, mostBins);
  const auto reach = static_cast<size_t>(reachOfAll);
  const size_t bins = 2 * reach + 1, blocks = (pairs + grain - 1) / grain;
  std::vector<std::vector<uint32_t>> counts(blocks); // (bin, unmatched or matched) of a block
  parallelFor(job, blocks, [&](size_t block) {
    std::vector<uint32_t> own(2 * bins);
    for (size_t p = block * grain; p < std::min(pairs, (block + 1) * grain); ++p) {
      const double similarity = weightedSum(weights, rows.data() + p * features);
      // The next integer below, in fewer steps than std::floor takes on a processor without an instruction for it.
      const double place = std::clamp(similarity / binWidth, -reachOfAll, reachOfAll);
      const auto towardsZero = static_cast<std::ptrdiff_t>(place);
      const std::ptrdiff_t bin = towardsZero - (place < static_cast<double>(towardsZero) ? 1 : 0);
      ++own[2 * (reach + static_cast<size_t>(bin)) + (matched[p] != 0 ? 1 : 0)];
    }
    counts[block] = std::move(own);
  });
  std::vector<double> total(2 * bins);
  for (const auto& own : counts) std::transform(own.begin(), own.end(), total.begin(), total.begin(), std::plus());
  size_t first = 0, end = bins;
  const auto isEmpty = [&](size_t bin) { return total[2 * bin] + total[2 * bin + 1] == 0; };
  while (first < end && isEmpty(first)) ++first;
  while (first < end && isEmpty(end - 1)) --end;
  SimilarityCounts found{0, binWidth, {}, {}};
  if (first == end) return found;
  found.start = (static_cast<double>(first) - static_cast<double>(reach)) * binWidth;
  for (size_t bin = first; bin < end; ++bin) {
    found.unmatched.push_back(total[2 * bin]);
    found.matched.push_back(total[2 * bin + 1]);
  }
  return found;
}

} // namespace dant
