#include "core/motion/motion.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace dant;

namespace {

/// Pairs of units whose depths follow p(s, d) = 0.001·linear·d + constant, d the pair's mean depth.
struct Pairs {
  std::vector<int32_t> a, b;
  std::vector<double> depthA, depthB;

  void add(const Motion& truth, int32_t from, int32_t to, double depth, double noise = 0) {
    const auto at = [&](int32_t s) {
      return 0.001 * truth.linear[static_cast<size_t>(s)] * depth + truth.constantUm[static_cast<size_t>(s)];
    };
    const double shift = at(to) - at(from) + noise;
    a.push_back(from);
    b.push_back(to);
    depthA.push_back(depth - shift / 2);
    depthB.push_back(depth + shift / 2);
  }
  MotionEstimate estimate(size_t sessions, const MotionOptions& options, int threads = 1) const {
    return estimateMotion(Job{.threads = threads}, {a, b, depthA, depthB, sessions}, options);
  }
};

} // namespace

TEST_CASE("motion: without noise, rigid and linear motion are exact") {
  std::mt19937 random(2);
  const Motion rigid{{0, 0, 0, 0}, {-7, 3, 10, -6}}; // mean 0
  const Motion linear{{0, 5, -12, 3}, {4, -8, 0, 20}};
  Pairs ofRigid, ofLinear;
  double depths = 0;
  for (int i = 0; i < 60; ++i) {
    const auto from = static_cast<int32_t>(i % 3), to = from + 1;
    const double depth = std::uniform_real_distribution<double>(100, 3000)(random);
    ofRigid.add(rigid, from, to, depth);
    ofLinear.add(linear, from, to, depth);
    depths += depth / 60;
  }
  const auto found = ofRigid.estimate(4, {.linear = false, .resamples = 20});
  for (size_t s = 0; s < 4; ++s) {
    CHECK(std::abs(found.motion.constantUm[s] - rigid.constantUm[s]) < 1e-9);
    CHECK(found.motion.linear[s] == 0);
    CHECK(std::abs(found.high.constantUm[s] - found.low.constantUm[s]) < 1e-9);
  }
  CHECK(found.component == std::vector<int32_t>(4, 0));

  const auto depthwise = ofLinear.estimate(4, {.linear = true, .resamples = 0});
  double mean = 0;
  for (size_t s = 0; s < 4; ++s) {
    // Against the first session, which stands still.
    CHECK(std::abs(depthwise.motion.linear[s] - linear.linear[s]) < 1e-6);
    CHECK(std::abs((depthwise.motion.constantUm[s] - depthwise.motion.constantUm[0]) -
                   (linear.constantUm[s] - linear.constantUm[0])) < 1e-6);
    mean += (0.001 * depthwise.motion.linear[s] * depths + depthwise.motion.constantUm[s]) / 4;
  }
  CHECK(std::abs(mean) < 1e-6);
}

TEST_CASE("motion: sessions that no pair connects have numbers and means of their own") {
  const Motion truth{std::vector<double>(5), {1, 9, 4, 5, 20}};
  Pairs pairs;
  for (int i = 0; i < 5; ++i) {
    pairs.add(truth, 0, 3, 100.0 * i);
    pairs.add(truth, 1, 4, 90.0 * i);
  }
  const auto found = pairs.estimate(5, {.resamples = 0});
  CHECK(found.component == std::vector<int32_t>{0, 1, 2, 0, 1});
  const std::vector<double> expected{-2, -5.5, 0, 2, 5.5};
  for (size_t s = 0; s < 5; ++s) CHECK(std::abs(found.motion.constantUm[s] - expected[s]) < 1e-9);
}

TEST_CASE("motion: the intervals hold the truth about as often as they say, for any number of threads") {
  std::mt19937 random(9);
  std::normal_distribution<double> noise(0, 5);
  const Motion truth{std::vector<double>(2), {-4, 4}};
  int held = 0;
  for (int trial = 0; trial < 200; ++trial) {
    Pairs pairs;
    for (int i = 0; i < 40; ++i) pairs.add(truth, 0, 1, 10.0 * i, noise(random));
    const auto found = pairs.estimate(2, {.resamples = 200, .seed = static_cast<uint64_t>(trial)});
    held += found.low.constantUm[1] <= 4 && 4 <= found.high.constantUm[1];
    if (trial == 0) CHECK(pairs.estimate(2, {.resamples = 200, .seed = 0}, 3).high.constantUm == found.high.constantUm);
  }
  CHECK(held >= 176);
  CHECK(held <= 198);
}

TEST_CASE("motion: nothing to go by, sessions that do not exist and depths that are none are refused") {
  const Motion truth{{0, 0}, {0, 1}};
  CHECK_THROWS_AS(Pairs{}.estimate(2, {}), InputError);
  Pairs pairs;
  pairs.add(truth, 0, 1, 50);
  CHECK_THROWS_AS(pairs.estimate(1, {}), InputError);
  pairs.depthA[0] = std::nan("");
  CHECK_THROWS_AS(pairs.estimate(2, {}), InputError);
}
