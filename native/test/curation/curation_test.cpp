#include "core/curation/curation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace dant;

namespace {

struct Case {
  std::vector<int32_t> labels, sessions;
  std::vector<double> similarity; ///< (n, n)

  Curation curated(std::optional<double> threshold) const {
    const auto of = [&](int32_t i, int32_t j) {
      return similarity[static_cast<size_t>(i) * labels.size() + static_cast<size_t>(j)];
    };
    return curate({labels, sessions, of, threshold});
  }
};

using Found = std::vector<std::array<int32_t, 3>>;
Found pairsOf(const Curation& curation) {
  Found pairs;
  for (const auto& [a, b, type] : curation.pairs) pairs.push_back({a, b, static_cast<int32_t>(type)});
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

} // namespace

TEST_CASE("curation: of two units of a session the one that is less like its cluster goes") {
  // Units 1 and 2 are of session 2; unit 2 is less similar to the others.
  const Case given{{1, 1, 1, 1}, {1, 2, 2, 3}, {9, 5, 2, 5, 5, 9, 1, 5, 2, 1, 9, 2, 5, 5, 2, 9}};
  const auto found = given.curated({});
  CHECK(found.labels == std::vector<int32_t>{1, 1, -1, 1});
  CHECK(pairsOf(found) == Found{{0, 2, 1}, {1, 2, 1}, {2, 3, 1}});
}

TEST_CASE("curation: a cluster falls apart where no chain of similarities holds it together") {
  // 0–1–2 by a chain (0 and 2 are not alike), 3–4 apart; 5 and 6 are a cluster that stays, 7 was alone in its own.
  Case given{{2, 2, 2, 2, 2, 3, 3, 1}, {1, 2, 3, 4, 5, 1, 2, 1}, std::vector<double>(64, 0.1)};
  const auto join = [&](size_t i, size_t j) { given.similarity[i * 8 + j] = given.similarity[j * 8 + i] = 0.9; };
  join(0, 1);
  join(1, 2);
  join(3, 4);
  join(5, 6);
  const auto found = given.curated(0.5);
  CHECK(found.labels == std::vector<int32_t>{1, 1, 1, 3, 3, 2, 2, -1});
  CHECK(pairsOf(found) == Found{{0, 3, 2}, {0, 4, 2}, {1, 3, 2}, {1, 4, 2}, {2, 3, 2}, {2, 4, 2}});
  CHECK(given.curated({}).labels == std::vector<int32_t>{1, 1, 1, 1, 1, 2, 2, -1});
  // The threshold itself is not above the threshold.
  CHECK(given.curated(0.9).labels == std::vector<int32_t>(8, -1));
}

TEST_CASE("curation: what is left keeps the promises, and the pairs are those that lost their common cluster") {
  std::mt19937 random(11);
  constexpr size_t units = 80;
  constexpr double threshold = 0.55;
  Case given;
  for (size_t i = 0; i < units; ++i) {
    given.labels.push_back(i % 9 == 0 ? -1 : static_cast<int32_t>(1 + random() % 12));
    given.sessions.push_back(static_cast<int32_t>(1 + random() % 8));
  }
  given.similarity.resize(units * units);
  for (size_t i = 0; i < units; ++i)
    for (size_t j = 0; j <= i; ++j)
      given.similarity[i * units + j] = given.similarity[j * units + i] =
          std::uniform_real_distribution<double>(0, 1)(random);
  const auto found = given.curated(threshold);

  std::map<int32_t, std::vector<size_t>> clusters;
  for (size_t i = 0; i < units; ++i)
    if (found.labels[i] > 0) clusters[found.labels[i]].push_back(i);
  int32_t next = 1;
  for (const auto& [label, members] : clusters) {
    CHECK(label == next++);
    CHECK(members.size() >= 2);
    std::set<int32_t> sessions;
    for (const size_t unit : members) {
      sessions.insert(given.sessions[unit]);
      CHECK(given.labels[unit] == given.labels[members[0]]);
    }
    CHECK(sessions.size() == members.size());
    // Reached from the first member, one step after the other.
    std::set<size_t> reached{members[0]};
    for (size_t round = 0; round < members.size(); ++round)
      for (const size_t i : members)
        for (const size_t j : members)
          if (reached.contains(i) && given.similarity[i * units + j] > threshold) reached.insert(j);
    CHECK(reached.size() == members.size());
  }
  Found expected;
  for (size_t i = 0; i < units; ++i)
    for (size_t j = i + 1; j < units; ++j) {
      const bool was = given.labels[i] > 0 && given.labels[i] == given.labels[j];
      const bool is = found.labels[i] > 0 && found.labels[i] == found.labels[j];
      if (was && !is) expected.push_back({static_cast<int32_t>(i), static_cast<int32_t>(j), 0});
    }
  auto listed = pairsOf(found);
  for (auto& pair : listed) pair[2] = 0;
  CHECK(listed == expected);
}

TEST_CASE("curation: labels above the number of units are refused") {
  const Case given{{1, 4}, {1, 2}, {1, 1, 1, 1}};
  CHECK_THROWS_AS(given.curated({}), InputError);
}
