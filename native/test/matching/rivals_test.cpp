#include "core/matching/rivals.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace dant;

namespace {

struct Group {
  std::vector<int32_t> i, j;
  std::vector<double> odds;
};

Group randomGroup(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform;
  Group group;
  for (int32_t i = 0; i < 12; ++i) {
    for (int32_t j = 20; j < 31; ++j) {
      if (uniform(random) < 0.6) continue;
      group.i.push_back(i);
      group.j.push_back(j);
      group.odds.push_back(std::exp(4 * uniform(random) - 2));
    }
  }
  return group;
}

} // namespace

TEST_CASE("rivals: odds against all others of both units, parts of a split neuron left out") {
  const auto group = randomGroup(1);
  const std::vector<UnitPair> parts{{2, 3}, {21, 25}, {21, 26}};
  const SplitUnits split(40, parts);
  std::vector<double> found(group.odds.size());
  weighRivals(group.i, group.j, group.odds, split, found);
  const auto same = [&](int32_t a, int32_t b) {
    for (const auto& [x, y] : parts)
      if ((x == a && y == b) || (x == b && y == a)) return true;
    return false;
  };
  for (size_t p = 0; p < found.size(); ++p) {
    double others = 0;
    for (size_t q = 0; q < found.size(); ++q) {
      const bool sameI = group.i[q] == group.i[p], sameJ = group.j[q] == group.j[p];
      if (p == q || sameI == sameJ) continue;
      if (sameI ? same(group.j[p], group.j[q]) : same(group.i[p], group.i[q])) continue;
      others += group.odds[q];
    }
    CHECK(found[p] == doctest::Approx(group.odds[p] / (1 + group.odds[p] + others)));
  }
}

TEST_CASE("rivals: the margin is over the best other candidate of either unit") {
  const auto group = randomGroup(2);
  std::vector<double> found(group.odds.size());
  marginsOverRivals(group.i, group.j, group.odds, found);
  for (size_t p = 0; p < found.size(); ++p) {
    double best = -INFINITY;
    for (size_t q = 0; q < found.size(); ++q)
      if (q != p && (group.i[q] == group.i[p] || group.j[q] == group.j[p])) best = std::max(best, group.odds[q]);
    CHECK(found[p] == group.odds[p] - best);
  }
  std::vector<double> alone(1);
  marginsOverRivals(std::vector<int32_t>{1}, std::vector<int32_t>{2}, std::vector<double>{3.0}, alone);
  CHECK(alone[0] == INFINITY);
}
