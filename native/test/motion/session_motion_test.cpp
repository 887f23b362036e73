#include "core/motion/session_motion.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace dant;

namespace {

struct Matches {
  std::vector<int32_t> a, b, component;
  std::vector<double> depthA, depthB, weights, start, slopes;
  WeightedMatches all(double centreUm) {
    start.resize(component.size());
    slopes.assign(component.size(), 0);
    return {a, b, depthA, depthB, weights, component, centreUm, start, slopes};
  }
};

/// `count` matches of every two sessions of `shifts`, a share of them wrong.
Matches matchesOf(unsigned seed, const std::vector<double>& shifts, double slope, int count, double noise,
                  double wrong) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  Matches matches;
  matches.component.assign(shifts.size(), 0);
  for (size_t a = 0; a < shifts.size(); ++a) {
    for (size_t b = a + 1; b < shifts.size(); ++b) {
      for (int k = 0; k < count; ++k) {
        const double depth = 2000 * uniform(random);
        const double tilt = slope * static_cast<double>(b - a) * (depth - 1000) / 1000;
        double difference = shifts[b] - shifts[a] + tilt + noise * normal(random);
        if (uniform(random) < wrong) difference += 200 * uniform(random) - 100;
        matches.a.push_back(static_cast<int32_t>(a));
        matches.b.push_back(static_cast<int32_t>(b));
        matches.depthA.push_back(depth - difference / 2);
        matches.depthB.push_back(depth + difference / 2);
        matches.weights.push_back(1);
      }
    }
  }
  return matches;
}

} // namespace

TEST_CASE("session motion: shifts and slopes in spite of wrong matches, with intervals that hold") {
  const std::vector<double> shifts{-30, 10, 25, -5}; // mean 0
  int inside = 0;
  for (unsigned seed = 0; seed < 25; ++seed) {
    auto matches = matchesOf(seed, shifts, 4, 60, 2, 0.2);
    matches.start = {-35, 10, 30, -10};
    const auto found = fitSessionMotion(Job{}, matches.all(1000));
    for (size_t s = 0; s < 4; ++s) {
      CHECK(found.shiftsUm[s] == doctest::Approx(shifts[s]).epsilon(0.1));
      CHECK(found.slopes[s] == doctest::Approx(4 * (static_cast<double>(s) - 1.5)).epsilon(0.35));
      CHECK(found.halfWidthUm[s] < 2.5);
      inside += std::abs(found.shiftsUm[s] - shifts[s]) <= found.halfWidthUm[s];
    }
  }
  CHECK(inside >= 93); // of 100
}

TEST_CASE("session motion: components have mean 0 each, and a session alone has neither motion nor interval") {
  auto matches = matchesOf(1, {0, 40}, 0, 40, 1, 0);
  for (int32_t& session : matches.a) session = 1;
  for (int32_t& session : matches.b) session = 3;
  matches.component = {0, 1, 2, 1};
  matches.start = {0, -18, 0, 18};
  const auto found = fitSessionMotion(Job{}, matches.all(1000));
  CHECK(found.shiftsUm[1] == doctest::Approx(-20).epsilon(0.05));
  CHECK(found.shiftsUm[3] == doctest::Approx(20).epsilon(0.05));
  for (const size_t alone : {0UL, 2UL}) {
    CHECK(std::abs(found.shiftsUm[alone]) < 1e-9);
    CHECK(std::isnan(found.halfWidthUm[alone]));
  }
  CHECK(found.halfWidthUm[1] > 0);
}

TEST_CASE("session motion: nothing from nothing") {
  Matches none;
  none.component = {0, 1};
  const auto found = fitSessionMotion(Job{}, none.all(0));
  CHECK(found.shiftsUm == std::vector<double>{0, 0});
  CHECK(std::isnan(found.halfWidthUm[0]));
}
