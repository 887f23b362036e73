#include "core/motion/session_motion.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace dant;

namespace {

struct Matches {
  std::vector<int32_t> unitA, unitB, a, b, component;
  std::vector<double> depthA, depthB, weights;
  WeightedMatches all() const { return {unitA, unitB, a, b, depthA, depthB, weights, component}; }
  size_t sessions() const { return component.size(); }
};

/// What a test's recording is like: neurons of which every session sees most, at depths of 0 … 2000 µm.
struct Recording {
  std::vector<double> shifts; // µm
  std::vector<double> slopes; // µm per mm about 1000 µm
  std::vector<double> bends;  // µm per mm²
  int neurons = 60;
  double noise = 2; // µm, of each unit
  double skew = 0;  // share of the units that lie 9 µm below, the others so much above that the mean is right
  double wrong = 0; // share of matches that are wrong
};

Matches matchesOf(unsigned seed, const Recording& recording) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  const size_t sessions = recording.shifts.size();
  Matches matches;
  matches.component.assign(sessions, 0);
  for (int n = 0; n < recording.neurons; ++n) {
    const double depth = 2000 * uniform(random), v = (depth - 1000) / 1000;
    std::vector<double> depths;
    std::vector<int32_t> present;
    for (size_t s = 0; s < sessions; ++s) {
      if (uniform(random) < 0.2) continue;
      const double skew = uniform(random) < recording.skew ? -9 : 9 * recording.skew / (1 - recording.skew);
      const double slope = recording.slopes.empty() ? 0 : recording.slopes[s];
      const double bend = recording.bends.empty() ? 0 : recording.bends[s];
      // What only the second session has, so that errors do not cancel out.
      const double error = recording.skew > 0 && s == 1 ? skew : 0;
      depths.push_back(depth + recording.shifts[s] + slope * v + bend * v * v + error +
                       recording.noise * normal(random));
      present.push_back(static_cast<int32_t>(s));
    }
    for (size_t i = 0; i < present.size(); ++i)
      for (size_t j = i + 1; j < present.size(); ++j) {
        matches.a.push_back(present[i]);
        matches.b.push_back(present[j]);
        matches.unitA.push_back(static_cast<int32_t>(sessions) * n + present[i]);
        matches.unitB.push_back(static_cast<int32_t>(sessions) * n + present[j]);
        matches.depthA.push_back(depths[i]);
        matches.depthB.push_back(depths[j] + (uniform(random) < recording.wrong ? 80 * uniform(random) - 40 : 0));
        matches.weights.push_back(1);
      }
  }
  return matches;
}

SessionCurves still(size_t sessions) {
  const std::vector<double> none(sessions);
  return {none, none, none};
}

SessionMotion fitOf(const Matches& matches, SessionMotionOptions options, const std::vector<double>& shifts = {}) {
  auto start = still(matches.sessions());
  if (!shifts.empty()) start.shiftsUm = shifts;
  return fitSessionMotion(Job{}, matches.all(), start, options);
}

const std::vector<double> shifts{-30, 10, 25, -5}; // mean 0

} // namespace

TEST_CASE("session motion: intervals hold as often as they say, of shifts, slopes and wrong matches") {
  int inside = 0, all = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    const auto matches = matchesOf(seed, {shifts, {-6, -2, 2, 6}, {}, 60, 2, 0, 0.05});
    const auto found = fitOf(matches, {1000, 2, 40}, {-35, 10, 30, -10});
    for (size_t s = 0; s < 4; ++s, ++all) {
      CHECK(found.curves.shiftsUm[s] == doctest::Approx(shifts[s]).epsilon(0.1).scale(10));
      CHECK(std::abs(found.curves.slopes[s] - (4 * static_cast<double>(s) - 6)) < 4);
      CHECK(found.halfWidthUm[s] < 3);
      inside += std::abs(found.curves.shiftsUm[s] - shifts[s]) <= found.halfWidthUm[s];
    }
  }
  CHECK(inside >= 370); // of 400: 0.95 less three standard errors of 100 recordings
  CHECK(inside < all);
}

TEST_CASE("session motion: errors that lie far off on one side do not shift it, at a scale that lets them count") {
  const Recording skewed{{0, 0}, {}, {}, 4000, 0.5, 0.25, 0};
  const auto matches = matchesOf(1, skewed);
  CHECK(std::abs(fitOf(matches, {1000, 1, 40}).curves.shiftsUm[1]) < 0.25);
  CHECK(fitOf(matches, {1000, 1, 5}).curves.shiftsUm[1] > 0.6); // where most lie
}

TEST_CASE("session motion: slopes that are not there are drawn to 0, those that are stay; the same with bends") {
  double without = 0, line = 0;
  const std::vector<double> none(12);
  std::vector<double> slopes;
  for (int s = 0; s < 12; ++s) slopes.push_back(2 * s - 11);
  for (unsigned seed = 0; seed < 10; ++seed) {
    const auto rigid = matchesOf(seed, {none, {}, {}, 40, 4, 0, 0});
    for (const double slope : fitOf(rigid, {1000, 2, 40}).curves.slopes) without += slope * slope / 120;
    const auto tilted = matchesOf(seed, {none, slopes, {}, 40, 4, 0, 0});
    const auto found = fitOf(tilted, {1000, 2, 40});
    for (size_t s = 0; s < 12; ++s) line += std::pow(found.curves.slopes[s] - slopes[s], 2) / 120;
  }
  // A line through 32 units with errors of 4 µm has a slope with an error of 1.2 µm/mm.
  CHECK(std::sqrt(without) < 0.7);
  CHECK(std::sqrt(line) < 1.5);

  const auto bent = matchesOf(7, {shifts, {}, {-12, 4, 12, -4}, 80, 2, 0, 0});
  const auto found = fitOf(bent, {1000, 3, 40}, shifts);
  for (size_t s = 0; s < 4; ++s) {
    CHECK(std::abs(found.curves.shiftsUm[s] - shifts[s]) < 2);
    CHECK(std::abs(found.curves.bends[s] - (std::vector<double>{-12, 4, 12, -4})[s]) < 3);
  }
  for (const double bend : fitOf(matchesOf(3, {shifts, {}, {}, 60, 2, 0, 0}), {1000, 3, 40}, shifts).curves.bends)
    CHECK(std::abs(bend) < 1);
}

TEST_CASE("session motion: a neuron that is in many sessions is one, however many matches it has") {
  auto few = matchesOf(5, {{-20, 5, 15}, {}, {}, 30, 3, 0, 0});
  auto often = few;
  for (int copy = 0; copy < 3; ++copy) // each match four times
    for (size_t m = 0; m < few.a.size(); ++m) {
      often.a.push_back(few.a[m]);
      often.b.push_back(few.b[m]);
      often.unitA.push_back(few.unitA[m]);
      often.unitB.push_back(few.unitB[m]);
      often.depthA.push_back(few.depthA[m]);
      often.depthB.push_back(few.depthB[m]);
      often.weights.push_back(1);
    }
  const SessionMotionOptions options{1000, 1, 40};
  const auto once = fitOf(few, options), again = fitOf(often, options);
  for (size_t s = 0; s < 3; ++s) CHECK(again.halfWidthUm[s] == doctest::Approx(once.halfWidthUm[s]).epsilon(0.1));
}

TEST_CASE("session motion: components have mean 0 each, and a session alone has neither motion nor interval") {
  auto matches = matchesOf(1, {{0, 40}, {}, {}, 60, 1, 0, 0});
  for (int32_t& session : matches.a) session = 1;
  for (int32_t& session : matches.b) session = 3;
  matches.component = {0, 1, 2, 1};
  const auto found = fitOf(matches, {1000, 3, 40}, {0, -18, 0, 18});
  CHECK(found.curves.shiftsUm[1] == doctest::Approx(-20).epsilon(0.05));
  CHECK(found.curves.shiftsUm[3] == doctest::Approx(20).epsilon(0.05));
  for (const size_t alone : {0UL, 2UL}) {
    CHECK(std::abs(found.curves.shiftsUm[alone]) < 1e-9);
    CHECK(std::isnan(found.halfWidthUm[alone]));
  }
  CHECK(found.halfWidthUm[1] > 0);
}

TEST_CASE("session motion: a session without matches stays where the search starts, and its interval is not known") {
  auto matches = matchesOf(2, {{-15, 15}, {}, {}, 40, 1, 0, 0});
  matches.component = {0, 0, 0};
  const auto found = fitOf(matches, {1000, 3, 40}, {-30, 0, 30});
  CHECK(std::isnan(found.halfWidthUm[2]));
  CHECK(found.curves.shiftsUm[1] - found.curves.shiftsUm[0] == doctest::Approx(30).epsilon(0.05));
  CHECK(std::abs(found.curves.shiftsUm[2] - 30) < 2);
}

TEST_CASE("session motion: few matches at one depth, and one match, give numbers") {
  Matches few;
  few.component = {0, 0};
  for (int32_t m = 0; m < 5; ++m) {
    few.unitA.push_back(2 * m);
    few.unitB.push_back(2 * m + 1);
    few.a.push_back(0);
    few.b.push_back(1);
    few.depthA.push_back(100);
    few.depthB.push_back(108 + 0.1 * m);
    few.weights.push_back(1);
    const auto found = fitOf(few, {1000, 3, 40});
    for (const double depth : {100.0, 110.0}) {
      const double v = (depth - 1000) / 1000;
      const auto at = [&](size_t s) {
        return found.curves.shiftsUm[s] + found.curves.slopes[s] * v + found.curves.bends[s] * v * v;
      };
      CHECK(at(1) - at(0) == doctest::Approx(8.1).epsilon(0.1));
    }
    CHECK(std::isnan(found.halfWidthUm[0]) == (m < 3));
  }
}

TEST_CASE("session motion: nothing from nothing, and matches of no session or unit are refused") {
  Matches none;
  none.component = {0, 1};
  const auto found = fitOf(none, {0, 2, 40});
  CHECK(found.curves.shiftsUm == std::vector<double>{0, 0});
  CHECK(std::isnan(found.halfWidthUm[0]));

  auto wrong = matchesOf(1, {{0, 1}, {}, {}, 60, 2, 0, 0});
  wrong.unitB[0] = -1;
  CHECK_THROWS_AS(fitOf(wrong, {0, 2, 40}), InputError);
  wrong.unitB[0] = 0;
  wrong.b[0] = 2;
  CHECK_THROWS_AS(fitOf(wrong, {0, 2, 40}), InputError);
}
