#include "core/matching/motion_profile.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

using namespace dant;

namespace {

using TrueMotion = std::function<double(size_t session, double depth)>;

/// Matches of neurons that are seen in every session, and matches of units that have nothing to do with each other.
struct Matches {
  std::vector<int32_t> a, b;
  std::vector<double> depthA, depthB;
  size_t sessions;

  MatchedDepths view() const { return {a, b, depthA, depthB, sessions}; }

  void add(size_t s, size_t t, double from, double to) {
    a.push_back(static_cast<int32_t>(s));
    b.push_back(static_cast<int32_t>(t));
    depthA.push_back(from);
    depthB.push_back(to);
  }
};

struct Kind {
  size_t sessions = 4, neurons = 120;
  double noiseUm = 1, wrongShare = 0;
};

Matches simulate(const TrueMotion& motion, const Kind& kind, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> anywhere(0, 2000), share(0, 1);
  std::normal_distribution<double> noise(0, kind.noiseUm);
  Matches matches;
  matches.sessions = kind.sessions;
  for (size_t neuron = 0; neuron < kind.neurons; ++neuron) {
    const double depth = anywhere(random);
    std::vector<double> seen;
    for (size_t s = 0; s < kind.sessions; ++s) seen.push_back(depth + motion(s, depth) + noise(random));
    for (size_t s = 0; s < kind.sessions; ++s) {
      for (size_t t = s + 1; t < kind.sessions; ++t) {
        const bool wrong = share(random) < kind.wrongShare;
        matches.add(s, t, seen[s], wrong ? seen[s] + 600 * (share(random) - 0.5) : seen[t]);
      }
    }
  }
  return matches;
}

double profileAt(const MotionProfile& profile, size_t session, double depth) {
  const auto& knots = profile.knotDepthsUm;
  const double* shifts = profile.shiftsUm.data() + session * knots.size();
  if (knots.size() == 1) return shifts[0];
  size_t k = 0;
  while (k + 2 < knots.size() && depth > knots[k + 1]) ++k;
  const double at = (depth - knots[k]) / (knots[k + 1] - knots[k]);
  return shifts[k] + std::clamp(at, 0.0, 1.0) * (shifts[k + 1] - shifts[k]);
}

/// Largest difference from the true motion, less its mean over the sessions, at the given depth.
double errorAt(double depth, const MotionProfile& profile, const TrueMotion& motion, size_t sessions) {
  double mean = 0, worst = 0;
  for (size_t s = 0; s < sessions; ++s) mean += motion(s, depth) / static_cast<double>(sessions);
  for (size_t s = 0; s < sessions; ++s) {
    worst = std::max(worst, std::abs(profileAt(profile, s, depth) - (motion(s, depth) - mean)));
  }
  return worst;
}

const double drift[] = {60, -75, 10, 33};

} // namespace

TEST_CASE("motion profile: rigid motion, although half of the matches are wrong") {
  const TrueMotion rigid = [](size_t s, double) { return drift[s]; };
  const auto matches = simulate(rigid, {.noiseUm = 2, .wrongShare = 0.5}, 1);
  const auto profile = fitMotionProfile(Job{}, matches.view(), {});
  CHECK(profile.knotDepthsUm.size() == 1);
  CHECK(errorAt(1000, profile, rigid, 4) < 1);
  CHECK(profile.component == std::vector<int32_t>(4, 0));
}

TEST_CASE("motion profile: without noise, rigid motion is exact") {
  const TrueMotion rigid = [](size_t s, double) { return drift[s]; };
  const auto matches = simulate(rigid, {.noiseUm = 0}, 2);
  CHECK(errorAt(1000, fitMotionProfile(Job{}, matches.view(), {}), rigid, 4) < 1e-4);
}

TEST_CASE("motion profile: as many knots as the motion has bends, and no more than allowed") {
  const TrueMotion line = [](size_t s, double depth) { return drift[s] / 3 + (drift[s] / 6000) * depth; };
  // Bends in the middle; matches lie near the mode of their pair of sessions all the same.
  const TrueMotion bent = [](size_t s, double depth) { return drift[s] / 6 * (1 + std::abs(depth - 1000) / 1000); };
  const auto straight = simulate(line, {.neurons = 200, .wrongShare = 0.2}, 3);
  const auto profile = fitMotionProfile(Job{}, straight.view(), {});
  CHECK(profile.knotDepthsUm.size() == 2);
  for (const double depth : {50.0, 1000.0, 1950.0}) CHECK(errorAt(depth, profile, line, 4) < 1.5);

  const auto crooked = simulate(bent, {.neurons = 200, .wrongShare = 0.2}, 4);
  const auto free = fitMotionProfile(Job{}, crooked.view(), {});
  CHECK(free.knotDepthsUm.size() >= 3);
  CHECK(std::is_sorted(free.knotDepthsUm.begin(), free.knotDepthsUm.end()));
  for (const double depth : {50.0, 500.0, 1000.0, 1950.0}) CHECK(errorAt(depth, free, bent, 4) < 2);
  CHECK(fitMotionProfile(Job{}, crooked.view(), {.maxKnots = 2}).knotDepthsUm.size() <= 2);
  CHECK(fitMotionProfile(Job{}, crooked.view(), {.maxKnots = 1}).knotDepthsUm.size() == 1);
}

TEST_CASE("motion profile: few matches give rigid motion") {
  const TrueMotion line = [](size_t s, double depth) { return drift[s] / 3 + (drift[s] / 6000) * depth; };
  const auto few = simulate(line, {.neurons = 8}, 5);
  CHECK(fitMotionProfile(Job{}, few.view(), {}).knotDepthsUm.size() == 1);
}

TEST_CASE("motion profile: the 95 % interval holds the truth about so often") {
  const TrueMotion rigid = [](size_t s, double) { return drift[s]; };
  int inside = 0, all = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    // Two sessions: each neuron gives one match, so that the matches are independent.
    const auto matches = simulate(rigid, {.sessions = 2, .neurons = 60}, 100 + seed);
    const auto profile = fitMotionProfile(Job{}, matches.view(), {.maxKnots = 1});
    for (size_t s = 0; s < 2; ++s, ++all) {
      const double truth = rigid(s, 0) - (drift[0] + drift[1]) / 2;
      inside += std::abs(profile.shiftsUm[s] - truth) <= profile.halfWidthUm[s];
    }
  }
  CHECK(inside > 0.85 * all);
  CHECK(inside < all);
}

TEST_CASE("motion profile: groups of sessions that no match connects have mean 0 each") {
  const TrueMotion rigid = [](size_t s, double) { return drift[s % 4] + 5.0 * static_cast<double>(s); };
  auto matches = simulate(rigid, {.sessions = 7}, 6);
  Matches apart;
  apart.sessions = 7;
  const auto group = [](int32_t s) { return s < 3 ? 0 : s < 5 ? 1 : 2; };
  for (size_t m = 0; m < matches.a.size(); ++m) {
    if (group(matches.a[m]) != group(matches.b[m])) continue;
    apart.add(static_cast<size_t>(matches.a[m]), static_cast<size_t>(matches.b[m]), matches.depthA[m],
              matches.depthB[m]);
  }
  const auto profile = fitMotionProfile(Job{}, apart.view(), {.maxKnots = 1});
  CHECK(profile.component == std::vector<int32_t>{0, 0, 0, 1, 1, 2, 2});
  for (const auto& [first, last] : {std::pair<size_t, size_t>{0, 3}, {3, 5}, {5, 7}}) {
    double mean = 0, truth = 0;
    for (size_t s = first; s < last; ++s) {
      mean += profile.shiftsUm[s];
      truth += rigid(s, 0) / static_cast<double>(last - first);
    }
    CHECK(std::abs(mean) < 1e-6);
    for (size_t s = first; s < last; ++s) CHECK(std::abs(profile.shiftsUm[s] - (rigid(s, 0) - truth)) < 1);
  }
}

TEST_CASE("motion profile: matches that agree on nothing, or none at all, are no motion") {
  const TrueMotion still = [](size_t, double) { return 0.0; };
  const auto wrong = simulate(still, {.wrongShare = 1}, 7);
  const auto profile = fitMotionProfile(Job{}, wrong.view(), {});
  CHECK(profile.shiftsUm == std::vector<double>(profile.shiftsUm.size(), 0.0));
  CHECK(profile.component == std::vector<int32_t>{0, 1, 2, 3});
  Matches none;
  none.sessions = 3;
  const auto empty = fitMotionProfile(Job{}, none.view(), {});
  CHECK(empty.knotDepthsUm.size() == 1);
  CHECK(empty.shiftsUm == std::vector<double>(3, 0.0));
  CHECK(empty.component == std::vector<int32_t>{0, 1, 2});

  none.add(0, 3, 100, 100);
  CHECK_THROWS_AS(fitMotionProfile(Job{}, none.view(), {}), InputError);
}
