#include "core/matching/split_units.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

using namespace dant;

namespace {

double probability(double logOdds) { return 1 / (1 + std::exp(-logOdds)); }

/// Neighbours, of which some are split neurons that are more alike; log ratios as coincidences give them when chance
/// makes `chance` of them.
struct Neighbours {
  std::vector<double> likeness, logRatios; ///< (P, 2), (P)
  std::vector<uint8_t> isSplit;

  Neighbours(unsigned seed, size_t count, double share, double chance) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    for (size_t p = 0; p < count; ++p) {
      isSplit.push_back(uniform(random) < share);
      likeness.insert(likeness.end(), {normal(random) + (isSplit[p] ? 2 : 0), normal(random)});
      std::poisson_distribution<int> coincidences(isSplit[p] ? 0.1 * chance : chance);
      logRatios.push_back(coincidences(random) * std::log(0.1) + 0.9 * chance);
    }
  }
};

/// Log likelihood of the log ratios, each pair being split with a probability of its likeness; coefficients as for
/// columns of mean 0 and variance 1, less the ridge.
double objective(const Neighbours& pairs, const std::array<double, 3>& at) {
  const size_t count = pairs.logRatios.size();
  std::array<double, 2> mean{}, square{};
  for (size_t p = 0; p < count; ++p)
    for (size_t c = 0; c < 2; ++c) {
      mean[c] += pairs.likeness[2 * p + c] / static_cast<double>(count);
      square[c] += std::pow(pairs.likeness[2 * p + c], 2) / static_cast<double>(count);
    }
  double sum = -(at[0] * at[0] + at[1] * at[1] + 1e-6 * at[2] * at[2]) / 2;
  for (size_t p = 0; p < count; ++p) {
    double linear = at[2];
    for (size_t c = 0; c < 2; ++c)
      linear += at[c] * (pairs.likeness[2 * p + c] - mean[c]) / std::sqrt(square[c] - mean[c] * mean[c]);
    sum += std::log(1 - probability(linear) + probability(linear) * std::exp(pairs.logRatios[p]));
  }
  return sum;
}

} // namespace

TEST_CASE("split units: what is learned has the largest likelihood that a slow search finds") {
  const Neighbours pairs(1, 600, 0.15, 4);
  std::array<double, 3> at{0, 0, -4};
  double reached = objective(pairs, at);
  for (double step = 1; step > 1e-5;) {
    bool isHigher = false;
    for (size_t k = 0; k < 3; ++k) {
      for (const double direction : {step, -step}) {
        auto next = at;
        next[k] += direction;
        if (k < 2) next[k] = std::max(next[k], 0.0);
        const double value = objective(pairs, next);
        if (value <= reached) continue;
        at = next;
        reached = value;
        isHigher = true;
      }
    }
    if (!isHigher) step /= 2;
  }
  const auto found = splitLogOdds(Job{}, pairs.likeness, 2, pairs.logRatios);
  // The coefficients that gave these log odds, from three pairs.
  double mean = 0;
  for (size_t p = 0; p < found.size(); ++p) mean += (found[p] - pairs.logRatios[p]) / static_cast<double>(found.size());
  CHECK(mean == doctest::Approx(at[2]).epsilon(0.02)); // the columns have mean 0
  double variance = 0, right = 0, sure = 0, all = 0;
  for (size_t p = 0; p < found.size(); ++p) {
    variance += std::pow(found[p] - pairs.logRatios[p] - mean, 2) / static_cast<double>(found.size());
    all += pairs.isSplit[p];
    sure += found[p] > 0;
    right += found[p] > 0 && pairs.isSplit[p];
  }
  CHECK(at[0] > 1);
  if (at[1] == 0) CHECK(std::sqrt(variance) == doctest::Approx(at[0]).epsilon(0.02));
  CHECK(right / sure > 0.85);
  CHECK(right / all > 0.8);
}

TEST_CASE("split units: a sorter that splits nothing, and trains without coincidences, have no split units") {
  const Neighbours none(2, 400, 0, 4);
  for (const double logOdds : splitLogOdds(Job{}, none.likeness, 2, none.logRatios)) CHECK(logOdds < 0);
  const Neighbours silent(3, 400, 0.2, 0);
  for (const double logOdds : splitLogOdds(Job{}, silent.likeness, 2, silent.logRatios)) CHECK(logOdds < 0);
  CHECK(splitLogOdds(Job{}, {}, 2, {}).empty());
}

TEST_CASE("split units: neighbours are near each other, of one session and one shank") {
  std::mt19937 random(4);
  std::uniform_real_distribution<double> place(0, 200);
  std::vector<int32_t> sessions, shanks;
  std::vector<double> x, depths;
  for (int32_t unit = 0; unit < 150; ++unit) {
    sessions.push_back(1 + unit % 2);
    shanks.push_back(1 + unit % 3 / 2);
    x.push_back(place(random));
    depths.push_back(place(random));
  }
  std::vector<UnitPair> expected;
  for (size_t i = 0; i < 150; ++i)
    for (size_t j = i + 1; j < 150; ++j)
      if (sessions[i] == sessions[j] && shanks[i] == shanks[j] && std::abs(x[i] - x[j]) <= 40 &&
          std::abs(depths[i] - depths[j]) <= 40)
        expected.push_back({static_cast<int32_t>(i), static_cast<int32_t>(j)});
  const auto found = neighboursWithinSessions(Job{.threads = 2}, {sessions, shanks, x, depths, 40});
  REQUIRE(found.size() == expected.size());
  CHECK(found.size() > 100);
  for (size_t p = 0; p < found.size(); ++p) {
    CHECK(found[p].i == expected[p].i);
    CHECK(found[p].j == expected[p].j);
  }
}
