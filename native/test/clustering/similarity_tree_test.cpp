// The spanning tree straight from the similarities, against Prim's algorithm as textbooks have it.
#include "core/clustering/similarity_tree.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

using namespace dant;

namespace {

/// Symmetric, with few distinct values: many ties.
std::vector<float> randomSimilarity(size_t units, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> level(-8, 8);
  std::vector<float> z(units * units);
  for (size_t i = 0; i < units; ++i)
    for (size_t j = 0; j <= i; ++j) z[i * units + j] = z[j * units + i] = static_cast<float>(level(random)) / 4;
  return z;
}

std::vector<Edge> plainPrim(const CombinedSimilarity& similarity) {
  const size_t units = similarity.units;
  std::vector<double> best(units, -1e300);
  std::vector<bool> inside(units);
  std::vector<Edge> edges;
  for (size_t added = 0; edges.size() + 1 < units;) {
    inside[added] = true;
    size_t next = units;
    for (size_t j = 0; j < units; ++j) {
      if (inside[j]) continue;
      best[j] = std::max(best[j], similarity(added, j));
      if (next == units || best[j] > best[next]) next = j;
    }
    edges.push_back({static_cast<int32_t>(added), static_cast<int32_t>(next), distanceOf(best[next])});
    added = next;
  }
  return edges;
}

} // namespace

TEST_CASE("linkageOfSimilarity is Prim's tree, on any number of threads") {
  for (size_t units : {size_t{2}, size_t{300}, size_t{4700}}) {
    const auto first = randomSimilarity(units, 1), second = randomSimilarity(units, 2);
    const CombinedSimilarity similarity{{first, second}, {0.5, 0.25}, units};
    const auto expected = singleLinkage(plainPrim(similarity));
    for (int threads : {1, 2, 3}) {
      const auto found = linkageOfSimilarity(Job{threads}, similarity);
      REQUIRE(found.size() == expected.size());
      size_t different = 0;
      for (size_t i = 0; i < found.size(); ++i)
        different += found[i].left != expected[i].left || found[i].right != expected[i].right ||
                     found[i].distance != expected[i].distance;
      CHECK(different == 0);
    }
  }
}

TEST_CASE("similarities that are no numbers make no tree") {
  std::vector<float> similarity(9, std::numeric_limits<float>::quiet_NaN());
  CHECK_THROWS_AS(linkageOfSimilarity(Job{}, {{similarity}, {1}, 3}), InputError);
  CHECK_THROWS_AS(singleLinkage({{0, 1, 0.5}, {1, 0, 0.6}}), InputError);
  CHECK_THROWS_AS((CombinedSimilarity{{std::span<const float>()}, {1}, size_t{1} << 32}.check()),
                  std::invalid_argument);
}
