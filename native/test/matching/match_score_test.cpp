#include "core/matching/expectation_maximisation.h"
#include "core/matching/whitened_likeness.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace dant;

namespace {

/// Candidates of two sessions of `units` units: each unit with its true partner and two others, and as many decoys in
/// each of four windows. Features of right pairs are larger by `apart`.
struct Recording {
  MatchCandidates candidates;
  std::vector<float> features;
  std::vector<uint8_t> isRight, folds;

  Recording(unsigned seed, int32_t units, float apart, double present) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::uniform_real_distribution<double> uniform;
    for (int32_t window = 0; window < 5; ++window) {
      const size_t begin = candidates.i.size();
      for (int32_t unit = 0; unit < units; ++unit) {
        const bool isThere = uniform(random) < present;
        for (int32_t step = 0; step < 3; ++step) {
          const bool right = window == 0 && step == 0 && isThere;
          candidates.i.push_back(unit);
          candidates.j.push_back(units + (unit + step) % units);
          isRight.push_back(right);
          folds.push_back(static_cast<uint8_t>((unit / 10) % 4));
          features.insert(features.end(), {normal(random) + (right ? apart : 0),
                                           normal(random) + (right ? apart / 2 : 0), normal(random)});
        }
      }
      candidates.groups.push_back({0, 5 * window, window > 0, begin, candidates.i.size()});
    }
  }
};

} // namespace

TEST_CASE("match score: finds the share of right pairs, and says how likely each is") {
  const Recording recording(1, 400, 3, 0.6);
  const SplitUnits split(800, {});
  const std::vector<double> expected{100};
  MatchScore score(Job{.threads = 2}, recording.candidates, recording.folds, split, expected);
  for (size_t p = 0; p < recording.isRight.size() && p < 300; ++p)
    score.probabilities[p] = recording.isRight[p] ? 0.8 : 0;
  score.learn(recording.features, 3);
  const auto& targets = recording.candidates.groups[0];
  double sum = 0, right = 0, sure = 0, rightOfSure = 0;
  for (size_t p = targets.begin; p < targets.end; ++p) {
    sum += score.probabilities[p];
    right += recording.isRight[p];
    if (score.probabilities[p] < 0.9) continue;
    ++sure;
    rightOfSure += recording.isRight[p];
  }
  // Not calibrated yet, and rather too careful.
  CHECK(sum > 0.6 * right);
  CHECK(sum < 1.05 * right);
  CHECK(sure > 100);
  CHECK(rightOfSure / sure > 0.94);
  double called = 0;
  const auto logOdds = score.logOdds();
  for (size_t p = targets.end; p < logOdds.size(); ++p) called += logOdds[p] > 0;
  CHECK(called / 4 < 0.1 * right);
}

TEST_CASE("match score: where no pair is right, none is found") {
  const Recording recording(2, 300, 0, 0.6);
  const SplitUnits split(600, {});
  const std::vector<double> expected{0};
  MatchScore score(Job{}, recording.candidates, recording.folds, split, expected);
  score.learn(recording.features, 3);
  for (const double p : score.probabilities) CHECK(p < 0.5);
}

TEST_CASE("whitened likeness: learns along which directions a neuron does not vary") {
  // Two numbers for each unit: neurons differ in both by 1, but vary by 0.1 in the first and by 1 in the second.
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  std::vector<double> embedding;
  const int32_t neurons = 200;
  std::vector<double> centres;
  for (int32_t k = 0; k < neurons; ++k) centres.insert(centres.end(), {normal(random), normal(random)});
  for (int session = 0; session < 2; ++session)
    for (size_t k = 0; k < static_cast<size_t>(neurons); ++k)
      embedding.insert(embedding.end(), {centres[2 * k] + 0.1 * normal(random), centres[2 * k + 1] + normal(random)});
  std::vector<int32_t> i, j;
  std::vector<uint8_t> isTarget, folds;
  std::vector<double> probabilities;
  for (int32_t k = 0; k < neurons; ++k) {
    for (const int32_t step : {0, 7, 31}) {
      i.push_back(k);
      j.push_back(neurons + (k + step) % neurons);
      isTarget.push_back(step == 0);
      probabilities.push_back(step == 0 ? 0.95 : 0);
      folds.push_back(static_cast<uint8_t>(k / 10 % 4));
    }
  }
  const auto found = whitenedLikeness(Job{}, {embedding, 2, i, j, isTarget, probabilities, folds});
  double same = 0, decoys = 0, squares = 0;
  for (size_t p = 0; p < i.size(); ++p) {
    const double value = static_cast<double>(found[2 * p]);
    if (isTarget[p]) same += value / neurons;
    else decoys += value / (2 * neurons), squares += value * value / (2 * neurons);
  }
  CHECK(std::abs(decoys) < 1e-3);
  CHECK(squares == doctest::Approx(1).epsilon(1e-3));
  CHECK(same > 0.7);
  // Alike in what does not vary counts for more than in what does.
  const auto at = [&](double first, double second) {
    auto moved = embedding;
    moved[2 * static_cast<size_t>(neurons)] = moved[0] + first;
    moved[2 * static_cast<size_t>(neurons) + 1] = moved[1] + second;
    return whitenedLikeness(Job{}, {moved, 2, i, j, isTarget, probabilities, folds})[0];
  };
  CHECK(at(0, 1) > at(1, 0));
  // With too few confident pairs nothing is learned.
  const std::vector<double> few(i.size(), 0.0);
  for (const float value : whitenedLikeness(Job{}, {embedding, 2, i, j, isTarget, few, folds})) CHECK(value == 0);
}
