#include "core/matching/isotonic_calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dant {

namespace {

constexpr double least = 1e-4, most = 1 - 1e-6;

struct Pool {
  double targets, decoys, sum;
  double count;
  double mean() const { return sum / count; }
};

} // namespace

std::vector<double> calibrateOnDecoys(std::span<const double> scores, std::span<const uint8_t> isTarget,
                                      std::span<const double> weights) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] < scores[b]; });
  std::vector<Pool> pools;
  std::vector<double> decoyWeights;
  for (const size_t p : order) {
    pools.push_back({isTarget[p] ? 1.0 : 0.0, isTarget[p] ? 0.0 : weights[p], scores[p], 1});
    if (!isTarget[p]) decoyWeights.push_back(weights[p]);
    while (pools.size() > 1) {
      auto& below = pools[pools.size() - 2];
      const auto& above = pools.back();
      // The share of targets falls, or stays: one pool.
      if (below.targets * (above.targets + above.decoys) < above.targets * (below.targets + below.decoys)) break;
      below = {below.targets + above.targets, below.decoys + above.decoys, below.sum + above.sum,
               below.count + above.count};
      pools.pop_back();
    }
  }
  double half = 0.5;
  if (!decoyWeights.empty()) {
    const auto middle = decoyWeights.begin() + static_cast<std::ptrdiff_t>(decoyWeights.size() / 2);
    std::nth_element(decoyWeights.begin(), middle, decoyWeights.end());
    half *= *middle;
  }
  std::vector<double> at, logOdds;
  double highest = least;
  for (const auto& pool : pools) {
    const double wrong = (pool.decoys + half) / (pool.targets + half + 1e-9);
    highest = std::max(highest, std::clamp(1 - wrong, least, most));
    at.push_back(pool.mean());
    logOdds.push_back(std::log(highest / (1 - highest)));
  }
  std::vector<double> calibrated(scores.size());
  for (size_t p = 0; p < scores.size(); ++p) {
    const auto above = static_cast<size_t>(std::lower_bound(at.begin(), at.end(), scores[p]) - at.begin());
    if (above == 0 || above == at.size()) {
      calibrated[p] = above == 0 ? logOdds.front() : logOdds.back();
      continue;
    }
    const double share = (scores[p] - at[above - 1]) / (at[above] - at[above - 1]);
    calibrated[p] = logOdds[above - 1] + share * (logOdds[above] - logOdds[above - 1]);
  }
  return calibrated;
}

} // namespace dant
