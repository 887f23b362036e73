#include "core/graph/union_find.h"

#include <doctest/doctest.h>
#include <random>
#include <vector>

using dant::UnionFind;

TEST_CASE("joined elements share a set, as when each set is relabelled by hand") {
  std::mt19937 random(3);
  constexpr int32_t count = 60;
  UnionFind sets(count);
  // Slow and obvious: the smallest element of each element's set.
  std::vector<int32_t> smallest(count);
  for (int32_t i = 0; i < count; ++i) smallest[static_cast<size_t>(i)] = i;
  for (int step = 0; step < 45; ++step) {
    const auto a = static_cast<int32_t>(random() % count), b = static_cast<int32_t>(random() % count);
    sets.join(a, b);
    const int32_t from = smallest[static_cast<size_t>(a)], to = smallest[static_cast<size_t>(b)];
    for (int32_t& label : smallest)
      if (label == from || label == to) label = std::min(from, to);
    for (int32_t i = 0; i < count; ++i) REQUIRE(sets.root(i) == smallest[static_cast<size_t>(i)]);
  }
  const auto numbers = numberedSets(sets);
  int32_t next = 0;
  for (int32_t i = 0; i < count; ++i) {
    const auto first = static_cast<size_t>(smallest[static_cast<size_t>(i)]);
    if (static_cast<int32_t>(first) == i) CHECK(numbers[first] == next++);
    CHECK(numbers[static_cast<size_t>(i)] == numbers[first]);
  }
}

TEST_CASE("attaching keeps the root of the target") {
  UnionFind sets(5);
  sets.attach(0, 3);
  CHECK(sets.root(0) == 3);
  sets.attach(1, 2);
  sets.attach(0, 1);
  for (const int32_t element : {0, 1, 2, 3}) CHECK(sets.root(element) == 2);
  CHECK(sets.root(4) == 4);
  sets.attach(3, 0); // already together
  CHECK(sets.root(2) == 2);
}
