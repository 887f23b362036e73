// How similar the nearby pairs are, against a plain count.
#include "core/clustering/similarity_counts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace dant;

namespace {

struct Pairs {
  std::vector<float> rows; ///< (pair, feature)
  std::vector<uint8_t> matched;
};

Pairs randomPairs(size_t count, size_t features) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> z(-6, 6);
  Pairs pairs{std::vector<float>(count * features), std::vector<uint8_t>(count)};
  for (auto& value : pairs.rows) value = z(random);
  for (auto& match : pairs.matched) match = random() % 3 == 0;
  return pairs;
}

SimilarityCounts countsOf(const Pairs& pairs, const std::vector<double>& weights, int threads) {
  Job job;
  job.threads = threads;
  return countSimilarities(job, pairs.rows, weights, pairs.matched);
}

} // namespace

TEST_CASE("similarity counts: each pair is in its bin, for any number of threads") {
  const std::vector<double> weights{0.9, -0.2, 0.3};
  for (const size_t count : {1, 100, 40'000}) {
    const auto pairs = randomPairs(count, weights.size());
    std::map<double, std::pair<double, double>> expected; // unmatched, matched
    for (size_t p = 0; p < count; ++p) {
      double similarity = 0;
      for (size_t f = 0; f < weights.size(); ++f) similarity += weights[f] * pairs.rows[p * weights.size() + f];
      auto& [unmatched, matched] = expected[std::floor(similarity / 0.05)];
      ++(pairs.matched[p] ? matched : unmatched);
    }
    for (const int threads : {1, 3}) {
      const auto found = countsOf(pairs, weights, threads);
      REQUIRE(found.binWidth == 0.05);
      CHECK(found.start == doctest::Approx(expected.begin()->first * 0.05));
      REQUIRE(found.matched.size() == found.unmatched.size());
      CHECK(found.matched.size() == static_cast<size_t>(expected.rbegin()->first - expected.begin()->first) + 1);
      size_t wrong = 0;
      for (size_t bin = 0; bin < found.matched.size(); ++bin) {
        const auto [unmatched, matched] = expected[expected.begin()->first + static_cast<double>(bin)];
        wrong += found.unmatched[bin] != unmatched || found.matched[bin] != matched;
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("similarity counts: huge weights have as many bins as there is room for") {
  const auto found = countsOf(randomPairs(1000, 1), {1e12}, 1);
  CHECK(found.start == doctest::Approx(-500));
  CHECK(found.matched.size() == 20'001);
  CHECK(found.matched.front() + found.unmatched.front() + found.matched.back() + found.unmatched.back() == 1000);
}

TEST_CASE("similarity counts: no pairs") {
  const auto found = countsOf({}, {0.5, 0.5}, 2);
  CHECK(found.matched.empty());
  CHECK(found.unmatched.empty());
}
