#include "core/matching/isotonic_calibration.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace dant;

namespace {

double probability(double logOdds) { return 1 / (1 + std::exp(-logOdds)); }

} // namespace

TEST_CASE("calibration on decoys: rises with the score, and is right about the share of right targets") {
  // Wrong targets look like decoys (mean 0), right ones are better (mean 3).
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  std::vector<double> scores, weights;
  std::vector<uint8_t> isTarget, isRight;
  for (int k = 0; k < 12000; ++k) {
    const bool target = k % 4 == 0, right = k % 16 == 0;
    scores.push_back(normal(random) + (right ? 3 : 0));
    isTarget.push_back(target);
    isRight.push_back(right);
    weights.push_back(0.25); // 9,000 decoys for 2,250 wrong targets
  }
  const auto found = calibrateOnDecoys(scores, isTarget, weights);
  std::vector<size_t> order(scores.size());
  for (size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] < scores[b]; });
  for (size_t k = 1; k < order.size(); ++k) CHECK(found[order[k]] >= found[order[k - 1]] - 1e-12);
  double expected = 0, right = 0, sure = 0, rightOfSure = 0;
  for (size_t k = 0; k < scores.size(); ++k) {
    if (!isTarget[k]) continue;
    expected += probability(found[k]);
    right += isRight[k];
    if (probability(found[k]) < 0.9) continue;
    ++sure;
    rightOfSure += isRight[k];
  }
  CHECK(expected == doctest::Approx(right).epsilon(0.05));
  CHECK(sure > 400);
  CHECK(rightOfSure / sure > 0.93);
}

TEST_CASE("calibration on decoys: the pools are those of the minimax formula of isotonic regression") {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> uniform;
  std::vector<double> scores, weights(60, 1.0);
  std::vector<uint8_t> isTarget;
  for (size_t k = 0; k < 60; ++k) {
    scores.push_back(static_cast<double>(k));
    isTarget.push_back(uniform(random) < 0.2 + 0.01 * static_cast<double>(k));
  }
  const auto found = calibrateOnDecoys(scores, isTarget, weights);
  /// Largest over starts, of the smallest over ends, of the share of targets between them.
  const auto share = [&](size_t k) {
    double most = -1;
    for (size_t a = 0; a <= k; ++a) {
      double least = 2, sum = 0;
      for (size_t b = a; b < 60; ++b) {
        sum += isTarget[b];
        if (b >= k) least = std::min(least, sum / static_cast<double>(b - a + 1));
      }
      most = std::max(most, least);
    }
    return most;
  };
  std::vector<double> shares;
  for (size_t k = 0; k < 60; ++k) shares.push_back(share(k));
  for (size_t first = 0; first < 60;) {
    size_t end = first;
    while (end < 60 && std::abs(shares[end] - shares[first]) < 1e-12) ++end;
    const auto size = static_cast<double>(end - first);
    const double targets = shares[first] * size, wrong = (size - targets + 0.5) / (targets + 0.5);
    const size_t middle = (first + end - 1) / 2;
    if ((end - first) % 2 == 1)
      CHECK(probability(found[middle]) == doctest::Approx(std::clamp(1 - wrong, 1e-4, 1.0)).epsilon(1e-6));
    first = end;
  }
}

TEST_CASE("calibration on decoys: without a decoy above, a few targets are not certain") {
  const std::vector<double> scores{0, 0.1, 5, 5.1, 5.2}, weights(5, 1.0);
  const std::vector<uint8_t> isTarget{0, 0, 1, 1, 1};
  const auto found = calibrateOnDecoys(scores, isTarget, weights);
  CHECK(probability(found[4]) == doctest::Approx(1 - 0.5 / 3.5));
}
