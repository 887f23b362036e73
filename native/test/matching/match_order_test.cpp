#include "core/matching/match_order.h"
#include "core/matching/match_similarity.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace dant;

TEST_CASE("match similarity is half the log odds, within bounds") {
  const std::vector<UnitPair> pairs{{0, 2}, {1, 2}, {0, 3}};
  const std::vector<float> logOdds{3, -50, 40};
  std::vector<float> similarity(16, 7);
  fillMatchSimilarity(Job{}, pairs, logOdds, 4, similarity);
  CHECK(similarity == std::vector<float>{6, -6, 1.5, 6, -6, 6, -6, -6, 1.5, -6, 6, -6, 6, -6, -6, 6});
  // The tracker's distance, 1/(1 + tanh S), is 1/(2p).
  CHECK(1 / (1 + std::tanh(1.5)) == doctest::Approx((1 + std::exp(-3.0)) / 2));
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
