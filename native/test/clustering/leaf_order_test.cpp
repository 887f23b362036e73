#include "core/clustering/distance_matrix.h"
#include "core/clustering/leaf_costs.h"
#include "core/clustering/leaf_order.h"
#include "test/clustering/random_trees.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <random>

using namespace dant;

namespace {

using Order = std::vector<int32_t>;

double costOf(const Order& order, const SquareMatrix& distances) {
  double sum = 0;
  for (size_t i = 1; i < order.size(); ++i) sum += distances.at(order[i - 1], order[i]);
  return sum;
}

/// Whether it is a permutation in which every node of the tree is one stretch.
bool allowedBy(const Linkage& linkage, const Order& order) {
  const size_t points = pointCount(linkage);
  std::vector<size_t> lowest(points + linkage.size(), points), highest(points + linkage.size(), 0);
  if (order.size() != points) return false;
  for (size_t i = 0; i < points; ++i) lowest[order[i]] = highest[order[i]] = i;
  if (std::count(lowest.begin(), lowest.end(), points) != static_cast<std::ptrdiff_t>(linkage.size())) return false;
  for (size_t k = 0; k < linkage.size(); ++k) {
    const auto& merge = linkage[k];
    lowest[points + k] = std::min(lowest[merge.left], lowest[merge.right]);
    highest[points + k] = std::max(highest[merge.left], highest[merge.right]);
    if (highest[points + k] - lowest[points + k] + 1 != static_cast<size_t>(merge.size)) return false;
  }
  return true;
}

std::vector<Order> allOrders(const Linkage& linkage) {
  const size_t points = pointCount(linkage);
  std::vector<std::vector<Order>> orders;
  for (size_t i = 0; i < points; ++i) orders.push_back({{static_cast<int32_t>(i)}});
  for (const auto& merge : linkage) {
    std::vector<Order> joined;
    for (const auto& [first, second] : {std::pair(merge.left, merge.right), std::pair(merge.right, merge.left)}) {
      for (const auto& x : orders[first]) {
        for (const auto& y : orders[second]) {
          joined.push_back(x);
          joined.back().insert(joined.back().end(), y.begin(), y.end());
        }
      }
    }
    orders.push_back(std::move(joined));
  }
  return orders.back();
}

/// The dynamic programme as the textbook has it: for each node a full table of ends (a, b), ∞ where no order has them.
struct Textbook {
  std::vector<std::vector<int32_t>> members;     ///< by node
  std::vector<SquareMatrix> best;                ///< by node, over its members
  std::vector<std::pair<int32_t, int32_t>> ends; ///< by merge: in the left child, in the right one

  Textbook(const Linkage& linkage, const SquareMatrix& distances) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < distances.n; ++i) {
      members.push_back({static_cast<int32_t>(i)});
      best.emplace_back(1, 0);
    }
    for (const auto& merge : linkage) {
      auto joint = members[merge.left];
      const size_t split = joint.size();
      joint.insert(joint.end(), members[merge.right].begin(), members[merge.right].end());
      const auto &left = best[merge.left], &right = best[merge.right];
      SquareMatrix before(joint.size(), infinity), table(joint.size(), infinity);
      for (size_t a = 0; a < split; ++a) {
        for (size_t m = 0; m < split; ++m) {
          for (size_t k = split; k < joint.size(); ++k) {
            before.at(a, k) = std::min(before.at(a, k), left.at(a, m) + distances.at(joint[m], joint[k]));
          }
        }
      }
      std::pair<size_t, size_t> least{0, split};
      for (size_t a = 0; a < split; ++a) {
        for (size_t b = split; b < joint.size(); ++b) {
          for (size_t k = split; k < joint.size(); ++k) {
            table.at(a, b) = std::min(table.at(a, b), before.at(a, k) + right.at(k - split, b - split));
          }
          table.at(b, a) = table.at(a, b);
          if (table.at(a, b) < table.at(least.first, least.second)) least = {a, b};
        }
      }
      ends.emplace_back(joint[least.first], joint[least.second]);
      cost = table.at(least.first, least.second);
      members.push_back(std::move(joint));
      best.push_back(std::move(table));
    }
  }

  double cost = 0;

  /// Each merge with its children turned as suits it alone.
  Order turnedOneByOne(const Linkage& linkage) const {
    const size_t points = pointCount(linkage);
    std::vector<Order> orders(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(points));
    const auto holds = [&](int32_t node, int32_t leaf) {
      return std::find(members[node].begin(), members[node].end(), leaf) != members[node].end();
    };
    for (size_t k = 0; k < linkage.size(); ++k) {
      const auto [left, right] = std::pair(linkage[k].left, linkage[k].right);
      Order first = orders[left], second = orders[right];
      if (left >= static_cast<int32_t>(points) && !holds(linkage[left - points].left, ends[k].first)) {
        std::reverse(first.begin(), first.end());
      }
      if (right >= static_cast<int32_t>(points) && !holds(linkage[right - points].right, ends[k].second)) {
        std::reverse(second.begin(), second.end());
      }
      first.insert(first.end(), second.begin(), second.end());
      orders.push_back(first);
    }
    return orders.back();
  }
};

Order orderOf(const Linkage& linkage, const SquareMatrix& distances, LeafOrderRule rule, int threads) {
  Job job;
  job.threads = threads;
  return leafOrder(linkage, MatrixDistances{distances.values, distances.n}, rule, job);
}

} // namespace

TEST_CASE("leaf order: no order of a small tree is cheaper") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 400; ++round) {
    const size_t points = 1 + static_cast<size_t>(round) % 8;
    const auto distances = round % 3 == 0 ? tiedDistances(points, random) : randomDistances(points, random);
    const auto linkage = randomTree(points, round % 2 ? TreeShape::chain : TreeShape::balanced, random);
    const auto order = orderOf(linkage, distances, LeafOrderRule::optimal, 1);
    REQUIRE(allowedBy(linkage, order));
    double least = std::numeric_limits<double>::infinity();
    for (const auto& other : allOrders(linkage)) least = std::min(least, costOf(other, distances));
    CHECK(costOf(order, distances) == doctest::Approx(least).epsilon(1e-12));
  }
}

TEST_CASE("leaf order: equals the textbook's dynamic programme, for any number of threads") {
  std::mt19937_64 random(2);
  // The last ones are wider than a tile and heavy enough for several threads.
  for (const size_t points : {9, 17, 33, 60, 61, 130, 420}) {
    for (const auto shape : {TreeShape::chain, TreeShape::balanced, TreeShape::singleLinkage}) {
      const auto distances = points == 61 ? tiedDistances(points, random) : randomDistances(points, random);
      const auto linkage =
          shape == TreeShape::singleLinkage ? singleLinkageOf(distances) : randomTree(points, shape, random);
      const auto order = orderOf(linkage, distances, LeafOrderRule::optimal, 1);
      REQUIRE(allowedBy(linkage, order));
      const Textbook textbook(linkage, distances);
      CHECK(costOf(order, distances) == doctest::Approx(textbook.cost).epsilon(1e-12));
      CHECK(orderOf(linkage, distances, LeafOrderRule::optimal, 3) == order);

      const auto turned = orderOf(linkage, distances, LeafOrderRule::scipy, 2);
      REQUIRE(allowedBy(linkage, turned));
      if (points == 61) continue; // with ties, several orders are best
      CHECK(costOf(turned, distances) ==
            doctest::Approx(costOf(textbook.turnedOneByOne(linkage), distances)).epsilon(1e-12));
    }
  }
}

TEST_CASE("leaf order: merges that are made in parts cost the same, and ask for each distance once") {
  std::mt19937_64 random(4);
  const auto distances = randomDistances(700, random);
  std::atomic<size_t> asked = 0;
  const FillDistances fill = [&](size_t i, std::span<const int32_t> others, double* out) {
    asked += others.size();
    MatrixDistances{distances.values, distances.n}(i, others, out);
  };
  const auto linkage = randomTree(700, TreeShape::balanced, random);
  Job job;
  job.threads = 2;
  LeafCosts whole(linkage, fill, job), inParts(linkage, fill, job, 1000);
  for (LeafCosts* costs : {&whole, &inParts}) {
    asked = 0;
    for (size_t merge = 0; merge < linkage.size(); ++merge) costs->solve(merge);
    CHECK(asked == 700 * 699 / 2);
  }
  size_t different = 0;
  for (size_t i = 0; i < 700; ++i)
    for (size_t j = 0; j < i; ++j) different += whole.cost(i, j) != inParts.cost(i, j);
  CHECK(different == 0);
}

TEST_CASE("leaf order: one and two points") {
  const SquareMatrix one(1, 0.0), two(2, 1.0);
  for (const auto rule : {LeafOrderRule::optimal, LeafOrderRule::scipy}) {
    CHECK(orderOf({}, one, rule, 1) == Order{0});
    const auto order = orderOf({{1, 0, 1.0, 2}}, two, rule, 1);
    CHECK(order.size() == 2);
    CHECK(order[0] + order[1] == 1);
  }
}

TEST_CASE("leaf order: stops when aborted, and says how far it is") {
  std::mt19937_64 random(3);
  const auto distances = randomDistances(40, random);
  int32_t abort = 0, progress = 0;
  Job job;
  job.abortFlag = &abort;
  job.progress = &progress;
  const auto linkage = singleLinkageOf(distances);
  const MatrixDistances fill{distances.values, distances.n};
  leafOrder(linkage, fill, LeafOrderRule::optimal, job);
  CHECK(progress == 1000000);
  abort = 1;
  CHECK_THROWS_AS(leafOrder(linkage, fill, LeafOrderRule::optimal, job), Aborted);
}
