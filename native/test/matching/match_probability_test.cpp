// Match probabilities from simulated numbers whose distribution is known.
#include "core/matching/calibration.h"
#include "core/matching/match_order.h"
#include "core/matching/match_similarity.h"
#include "core/matching/pair_model.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace dant;

namespace {

double probability(double logOdds) { return 1 / (1 + std::exp(-logOdds)); }

/// Log likelihood ratios of pairs: normal among different neurons; among pairs of one neuron tilted by e^(slope·L),
/// which is the normal distribution moved by slope · variance.
struct Ratios {
  std::vector<double> values;
  std::vector<uint8_t> sameSession;
  double mean = -12, deviation = 4, slope = 0.45, sameNeuron = 0.12, split = 0.004;

  Ratios(size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    for (size_t p = 0; p < count; ++p) {
      const bool same = uniform(random) < 0.3;
      const bool oneNeuron = uniform(random) < (same ? split : sameNeuron);
      values.push_back(mean + deviation * normal(random) + (oneNeuron ? slope * deviation * deviation : 0));
      sameSession.push_back(same);
    }
  }

  /// Ln odds by Bayes' rule, from the two densities.
  double truth(double ratio, bool same) const {
    const double z0 = (ratio - mean) / deviation, z1 = z0 - slope * deviation;
    const double share = same ? split : sameNeuron;
    return (z0 * z0 - z1 * z1) / 2 + std::log(share / (1 - share));
  }
};

/// Units of neurons that are points, all drawn from normal distributions.
struct Units {
  static constexpr size_t dimensions = 6, sessions = 5;
  std::vector<double> vectors;
  std::vector<int32_t> sessionOf, neuronOf;
  std::vector<UnitPair> nearby, first;

  Units(size_t neurons, double within, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<double> places(neurons * dimensions);
    for (auto& place : places) place = normal(random);
    for (size_t s = 0; s < sessions; ++s) {
      for (size_t neuron = 0; neuron < neurons; ++neuron) {
        for (size_t d = 0; d < dimensions; ++d) {
          vectors.push_back(places[neuron * dimensions + d] + within * normal(random));
        }
        sessionOf.push_back(static_cast<int32_t>(s + 1));
        neuronOf.push_back(static_cast<int32_t>(neuron));
      }
    }
    for (int32_t j = 0; j < static_cast<int32_t>(sessionOf.size()); ++j) {
      for (int32_t i = 0; i < j; ++i) {
        nearby.push_back({i, j});
        // First matches: those of half of the neurons.
        if (isOne(nearby.back()) && neuronOf[static_cast<size_t>(i)] % 2 == 0) first.push_back({i, j});
      }
    }
  }

  bool isOne(const UnitPair& pair) const {
    return neuronOf[static_cast<size_t>(pair.i)] == neuronOf[static_cast<size_t>(pair.j)];
  }
  PairModelInput input() const { return {vectors, dimensions, sessionOf, nearby, first}; }
};

} // namespace

TEST_CASE("calibration finds the odds of Bayes' rule without knowing who is who") {
  const Ratios ratios(60000, 1);
  const auto calibration = calibrate(ratios.values, ratios.sameSession);
  for (double ratio = -12; ratio <= 0; ratio += 1) {
    CAPTURE(ratio);
    CHECK(std::abs(probability(calibration.logOdds(ratio, false)) - probability(ratios.truth(ratio, false))) < 0.08);
  }
  CHECK(calibration.logOdds(-6, true) < calibration.logOdds(-6, false));
}

TEST_CASE("calibration does not depend on the order of the pairs") {
  Ratios ratios(3000, 2);
  const auto calibration = calibrate(ratios.values, ratios.sameSession);
  std::reverse(ratios.values.begin(), ratios.values.end());
  std::reverse(ratios.sameSession.begin(), ratios.sameSession.end());
  const auto again = calibrate(ratios.values, ratios.sameSession);
  CHECK(again.slope == calibration.slope);
  CHECK(again.offset == calibration.offset);
  CHECK(again.crossPrior == calibration.crossPrior);
  CHECK(again.samePrior == calibration.samePrior);
}

TEST_CASE("calibration from few pairs, or none, or absurd ones, is finite and grows with the ratio") {
  const std::vector<std::vector<double>> cases{{}, {3}, {-1e9, 1e9}, std::vector<double>(50, 2.0)};
  for (const auto& values : cases) {
    const std::vector<uint8_t> sameSession(values.size(), 0);
    const auto calibration = calibrate(values, sameSession);
    CHECK(std::isfinite(calibration.logOdds(0, false)));
    CHECK(calibration.logOdds(10, false) > calibration.logOdds(0, false));
    CHECK(std::isfinite(calibration.logOdds(1e12, true)));
  }
}

TEST_CASE("pair model: probabilities are as often right as they say") {
  const Units units(60, 0.15, 3);
  const auto model = learnPairModel(Job{}, units.input());
  REQUIRE(model.logOdds.size() == units.nearby.size());
  CHECK(model.learnedFrom > 300);
  double expected = 0, right = 0, wrongSure = 0, sure = 0;
  for (size_t p = 0; p < units.nearby.size(); ++p) {
    const auto [i, j] = units.nearby[p];
    if (units.sessionOf[static_cast<size_t>(i)] == units.sessionOf[static_cast<size_t>(j)]) continue;
    const double given = probability(model.logOdds[p]);
    expected += given;
    right += units.isOne(units.nearby[p]);
    if (given > 0.9) {
      ++sure;
      wrongSure += !units.isOne(units.nearby[p]);
    }
  }
  CHECK(right == 60 * 10);
  CHECK(std::abs(expected / right - 1) < 0.1);
  CHECK(sure > 0.8 * right);
  CHECK(wrongSure / sure < 0.05);
}

TEST_CASE("pair model: the units of measurement, constant columns and the number of threads do not count") {
  const Units units(30, 0.3, 4);
  const auto model = learnPairModel(Job{}, units.input());
  std::vector<double> other;
  for (size_t i = 0; i < units.sessionOf.size(); ++i) {
    for (size_t d = 0; d < Units::dimensions; ++d) {
      // Factors and offsets that floating-point numbers represent exactly.
      other.push_back(std::ldexp(units.vectors[i * Units::dimensions + d], static_cast<int>(d) - 2));
    }
    other.push_back(42);
  }
  auto input = units.input();
  input.vectors = other;
  input.dimensions = Units::dimensions + 1;
  Job twoThreads;
  twoThreads.threads = 2;
  const auto rescaled = learnPairModel(twoThreads, input);
  double worst = 0;
  for (size_t p = 0; p < model.logOdds.size(); ++p) {
    worst = std::max(worst, std::abs(static_cast<double>(model.logOdds[p]) - rescaled.logOdds[p]));
  }
  CHECK(worst < 1e-4);
  CHECK(learnPairModel(twoThreads, units.input()).logOdds == model.logOdds);
}

TEST_CASE("pair model: nothing to learn from means that nothing is the same neuron") {
  Units units(5, 0.3, 5);
  const auto allLow = [](const PairModel& model) {
    return std::all_of(model.logOdds.begin(), model.logOdds.end(),
                       [](float value) { return probability(value) < 0.01; });
  };
  auto input = units.input();
  input.first = {};
  const auto without = learnPairModel(Job{}, input);
  CHECK(allLow(without));
  CHECK(without.learnedFrom == 0);
  std::fill(units.vectors.begin(), units.vectors.end(), 3.0);
  CHECK(allLow(learnPairModel(Job{}, units.input())));
  input = units.input();
  input.dimensions = 7;
  CHECK_THROWS_AS(learnPairModel(Job{}, input), InputError);
}

TEST_CASE("match similarity is half the log odds, within bounds") {
  const std::vector<UnitPair> pairs{{0, 2}, {1, 2}, {0, 3}};
  const std::vector<float> logOdds{3, -50, 40};
  std::vector<float> similarity(16, 7);
  fillMatchSimilarity(Job{}, pairs, logOdds, 4, similarity);
  CHECK(similarity == std::vector<float>{6, -6, 1.5, 6, -6, 6, -6, -6, 1.5, -6, 6, -6, 6, -6, -6, 6});
  // The tracker's distance, 1/(1 + tanh S), is 1/(2p).
  CHECK(1 / (1 + std::tanh(1.5)) == doctest::Approx(1 / (2 * probability(3))));
  CHECK_THROWS_AS(fillMatchSimilarity(Job{}, pairs, logOdds, 3, similarity), InputError);
}

TEST_CASE("match order: likely matches together, components by depth and turned upwards") {
  // Units 0, 4, 2 and 1, 5 belong together; 3 has no likely match.
  const std::vector<double> depths{300, 110, 280, 200, 290, 100};
  const std::vector<UnitPair> pairs{{0, 2}, {1, 3}, {0, 4}, {2, 4}, {1, 5}};
  const std::vector<float> logOdds{-3, -12, 5, 4, 6};
  CHECK(matchOrder(Job{}, pairs, logOdds, depths) == std::vector<int32_t>{5, 1, 3, 2, 4, 0});
  CHECK(matchOrder(Job{2}, {}, {}, depths) == std::vector<int32_t>{5, 1, 3, 2, 4, 0});
  CHECK(matchOrder(Job{}, {}, {}, {}).empty());
  CHECK_THROWS_AS(matchOrder(Job{}, pairs, {}, depths), InputError);
  const int32_t stop = 1;
  CHECK_THROWS_AS(matchOrder(Job{1, &stop}, pairs, logOdds, depths), Aborted);
}
