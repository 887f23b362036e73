#include "core/matching/decoy_calibration.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

using namespace dant;

namespace {

double probability(double logOdds) { return 1 / (1 + std::exp(-logOdds)); }

/// Candidates of one pair of sessions, and decoys of four windows. Scores of right ones are N(m, 1) and those of wrong
/// ones N(−m, 1): 2m·s is the log ratio of their densities, and the log odds are that plus those of the shares.
struct Recording {
  std::vector<MatchCandidates::Group> groups;
  std::vector<double> scores;
  std::vector<uint8_t> isRight;

  void add(unsigned seed, int32_t sessionPair, int right, int wrong, double m) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    for (int32_t window = 0; window < 5; ++window) {
      const size_t begin = scores.size();
      for (int k = 0; window == 0 && k < right; ++k) scores.push_back(m + normal(random));
      for (int k = 0; k < wrong; ++k) scores.push_back(-m + normal(random));
      isRight.resize(begin + static_cast<size_t>(window == 0 ? right : 0), 1);
      isRight.resize(scores.size(), 0);
      groups.push_back({sessionPair, window, window > 0, begin, scores.size()});
    }
  }

  bool isTarget(size_t p) const {
    return std::any_of(groups.begin(), groups.end(),
                       [&](const auto& group) { return !group.decoys && p >= group.begin && p < group.end; });
  }
};

/// The likelihood with its priors, term by term, of a, ln b and ln c; each decoy counts `weight`.
double objective(const Recording& recording, double weight, const std::array<double, 3>& at) {
  double sum = -at[0] * at[0] / 18 - at[1] * at[1] / 2 - at[2] * at[2] / (2 * 0.09);
  for (size_t p = 0; p < recording.scores.size(); ++p) {
    const double ratio = std::exp(at[2]) * (1 + std::exp(at[0] + std::exp(at[1]) * recording.scores[p]));
    sum += recording.isTarget(p) ? std::log(ratio / (1 + ratio)) : weight * std::log(1 / (1 + ratio));
  }
  return sum;
}

/// Its top, by ever smaller steps along each number.
std::array<double, 3> climb(const Recording& recording, double weight) {
  std::array<double, 3> at{};
  double reached = objective(recording, weight, at);
  for (double step = 0.5; step > 1e-5;) {
    bool isHigher = false;
    for (size_t k = 0; k < 3; ++k) {
      for (const double direction : {step, -step}) {
        auto next = at;
        next[k] += direction;
        const double value = objective(recording, weight, next);
        if (value <= reached) continue;
        at = next;
        reached = value;
        isHigher = true;
      }
    }
    if (!isHigher) step /= 2;
  }
  return at;
}

} // namespace

TEST_CASE("calibration on decoys: three rounds of the likeliest numbers, as a slow search finds them") {
  Recording recording;
  recording.add(3, 0, 40, 120, 1);
  const auto found = calibrateOnDecoys(Job{}, recording.groups, 1, recording.scores);
  double right = 0, weight = 0;
  std::array<double, 3> numbers{};
  for (int round = 0; round < 3; ++round) {
    weight = (160 - right) / 480;
    numbers = climb(recording, weight);
    right = 0;
    for (size_t p = 0; p < 160; ++p) right += probability(numbers[0] + std::exp(numbers[1]) * recording.scores[p]);
  }
  for (size_t p = 0; p < recording.scores.size(); ++p) {
    CHECK(found.logOdds[p] == doctest::Approx(numbers[0] + std::exp(numbers[1]) * recording.scores[p]).epsilon(0.002));
    CHECK(found.weights[p] == doctest::Approx(recording.isTarget(p) ? 1 : weight).epsilon(0.002));
  }
  CHECK(right > 25);
  CHECK(right < 55);
}

TEST_CASE("calibration on decoys: is right about the share of right targets, whatever the scale of the score") {
  for (const double scale : {0.5, 1.0, 2.0}) {
    Recording recording;
    recording.add(4, 0, 800, 2400, 1.5);
    recording.add(5, 1, 100, 2400, 1.5);
    for (double& score : recording.scores) score = scale * (3 * score - 1.5);
    const auto found = calibrateOnDecoys(Job{}, recording.groups, 2, recording.scores);
    std::array<double, 5> expected{}, right{};
    for (size_t p = 0; p < recording.scores.size(); ++p) {
      if (!recording.isTarget(p)) continue;
      const auto bin = static_cast<size_t>(std::min(4.0, 5 * probability(found.logOdds[p])));
      expected[bin] += probability(found.logOdds[p]);
      right[bin] += recording.isRight[p];
    }
    double all = 0;
    for (size_t bin = 0; bin < 5; ++bin) {
      CAPTURE(scale);
      CAPTURE(bin);
      CHECK(std::abs(expected[bin] - right[bin]) < 4 * std::sqrt(right[bin] + 1) + 0.05 * right[bin]);
      all += expected[bin];
    }
    CHECK(all == doctest::Approx(900).epsilon(0.06));
  }
}

TEST_CASE("calibration on decoys: where chance rules, a twentieth more targets than decoys makes no match") {
  Recording recording;
  recording.add(6, 0, 0, 2000, 0);
  // 5 % more targets than a window of decoys, all alike: three rounds may take a tenth for right, but none likely.
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  const size_t begin = recording.scores.size();
  for (int k = 0; k < 100; ++k) recording.scores.push_back(normal(random));
  recording.groups.push_back({0, 0, false, begin, recording.scores.size()});
  for (double& score : recording.scores) score -= 4;
  const auto found = calibrateOnDecoys(Job{}, recording.groups, 1, recording.scores);
  double sum = 0;
  for (size_t p = 0; p < recording.scores.size(); ++p) {
    if (!recording.isTarget(p)) continue;
    CHECK(probability(found.logOdds[p]) < 0.5);
    sum += probability(found.logOdds[p]);
  }
  CHECK(sum < 0.1 * 2100);
}

TEST_CASE("calibration on decoys: scores without bounds give odds within them; nothing gives nothing") {
  Recording recording;
  recording.add(8, 0, 50, 200, 1);
  for (double& score : recording.scores) score *= 1e3;
  for (const double logOdds : calibrateOnDecoys(Job{}, recording.groups, 1, recording.scores).logOdds)
    CHECK(std::abs(logOdds) <= 14);
  CHECK(calibrateOnDecoys(Job{}, {}, 0, {}).logOdds.empty());
}
