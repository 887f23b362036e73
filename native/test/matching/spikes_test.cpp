#include "core/matching/firing_patterns.h"
#include "core/matching/poisson.h"
#include "core/matching/split_evidence.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace dant;

namespace {

/// A Poisson process of `rateHz` for `seconds`, silent for `deadMs` after each spike.
std::vector<double> train(unsigned seed, double rateHz, double seconds, double deadMs) {
  std::mt19937 random(seed);
  std::exponential_distribution<double> wait(rateHz / 1000);
  std::vector<double> times;
  for (double time = wait(random); time < 1000 * seconds; time += deadMs + wait(random)) times.push_back(time);
  return times;
}

struct Trains {
  std::vector<double> times;
  std::vector<size_t> offsets{0};
  void add(const std::vector<double>& train) {
    times.insert(times.end(), train.begin(), train.end());
    offsets.push_back(times.size());
  }
  SpikeTrains all() const { return {times, offsets}; }
};

} // namespace

TEST_CASE("Poisson: lower bounds are those of SciPy's gamma.ppf(0.05, count)") {
  const double counts[] = {1, 2, 5, 20, 160, 3000};
  const double bounds[] = {0.05129329438755053, 0.35536151069866195, 1.9701495680595302,
                           13.254651598346555,  139.77789170553422,  2910.479743011234};
  for (size_t k = 0; k < 6; ++k) CHECK(poissonLowerBound(counts[k], 0.05) == doctest::Approx(bounds[k]).epsilon(1e-9));
  CHECK(poissonLowerBound(0, 0.05) == 0);
}

TEST_CASE("firing: a refractory time tells a neuron from a mixture; few spikes tell nothing") {
  Trains trains;
  trains.add(train(1, 20, 200, 3));
  auto mixture = train(2, 10, 200, 0);
  trains.add(mixture);
  trains.add({5.0});
  trains.add({});
  std::reverse(trains.times.begin(), trains.times.begin() + 100); // any order
  const std::vector<int32_t> units{0, 1, 2, 3};
  const auto found = describeFiring(Job{}, trains.all(), units);
  CHECK(found.refractoryRatios[0] == 0);
  CHECK(found.refractoryRatios[1] > 0.4); // of some 24 coincidences, the lower bound
  CHECK(found.refractoryRatios[1] < 1.2);
  CHECK(found.logViolations[0] < found.logViolations[1]);
  CHECK(found.logRates[1] == doctest::Approx(std::log(10)).epsilon(0.05));
  for (size_t k = 0; k < 2 * firingBins; ++k) CHECK(found.intervals[2 * firingBins + k] == 0);

  // Interspike intervals, one by one.
  std::vector<double> counts(firingBins);
  for (size_t k = 1; k < mixture.size(); ++k) {
    const double interval = mixture[k] - mixture[k - 1];
    for (size_t b = 0; b < firingBins; ++b)
      counts[b] += interval >= std::pow(3000, static_cast<double>(b) / 30) &&
                   interval < std::pow(3000, static_cast<double>(b + 1) / 30);
  }
  double total = 0;
  for (const double count : counts) total += count;
  for (size_t b = 0; b < firingBins; ++b)
    CHECK(found.intervals[firingBins + b] == doctest::Approx(std::sqrt(counts[b] / total)));
}

TEST_CASE("split evidence: halves of a neuron are one, two neurons are not, without spikes nothing is known") {
  const auto neuron = train(3, 20, 300, 3);
  Trains trains;
  std::vector<double> halves[2];
  std::mt19937 random(5);
  for (const double time : neuron) halves[random() % 2].push_back(time);
  trains.add(halves[0]);
  trains.add(halves[1]);
  // Each spike of a stranger that was sorted into both units says nothing.
  auto stranger = train(4, 10, 300, 3);
  for (size_t k = 0; k < 200; ++k) stranger.push_back(halves[0][10 * k] + 0.1);
  std::sort(stranger.begin(), stranger.end());
  trains.add(stranger);
  trains.add({});
  const std::vector<int32_t> units{0, 1, 2, 3};
  const std::vector<UnitPair> pairs{{0, 1}, {0, 2}, {0, 3}};
  const auto found = splitLogRatios(Job{}, trains.all(), units, pairs);
  for (size_t pair = 0; pair < 2; ++pair) {
    double close = 0, away = 0;
    const auto& other = pair == 0 ? halves[1] : stranger;
    for (const double a : halves[0])
      for (const double b : other) {
        close += std::abs(b - a) > 0.3 && std::abs(b - a) < 1.5;
        away += std::abs(b - a) > 15 && std::abs(b - a) < 30;
      }
    CHECK(close == (pair == 0 ? 0 : doctest::Approx(away * 0.08).epsilon(0.3)));
    CHECK(found[pair] == doctest::Approx(close * std::log(0.1) + 0.9 * away * 2.4 / 30).epsilon(0.02));
  }
  CHECK(found[0] > 15);
  CHECK(found[1] < -20);
  CHECK(found[2] == 0);
}

TEST_CASE("split evidence: lags on samples of 30 kHz count from 0.3 ms on and below 1.5 ms, and not at 0") {
  const auto logRatio = [](double lagMs) {
    Trains trains;
    trains.add({1000.0, 2000.0});
    trains.add({1000.0 + lagMs, 5000.0});
    const std::vector<int32_t> units{0, 1};
    const std::vector<UnitPair> pairs{{0, 1}};
    return splitLogRatios(Job{}, trains.all(), units, pairs)[0];
  };
  const double sample = 1.0 / 30;
  for (int k = -60; k <= 60; ++k) {
    const int lag = std::abs(k);
    CHECK(logRatio(k * sample) == doctest::Approx(lag >= 9 && lag < 45 ? std::log(0.1) : 0));
  }
  for (const int k : {-900, -899, -450, -449, 449, 450, 899, 900}) {
    const int lag = std::abs(k);
    CHECK(logRatio(k * sample) == doctest::Approx(lag >= 450 && lag < 900 ? 0.9 * 0.08 : 0));
  }
}
