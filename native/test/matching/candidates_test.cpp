#include "core/matching/match_candidates.h"
#include "core/matching/mutual_best.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

using namespace dant;

namespace {

std::vector<double> column(size_t sites) {
  std::vector<double> locations;
  for (size_t c = 0; c < sites; ++c) locations.insert(locations.end(), {0.0, 20.0 * static_cast<double>(c)});
  return locations;
}

struct Units {
  std::vector<int32_t> sessions, shanks;
  std::vector<uint8_t> usable;
  std::vector<double> depths;
  Units(unsigned seed, size_t count, int32_t sessionCount, double length) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> depth(0, length);
    for (size_t u = 0; u < count; ++u) {
      sessions.push_back(1 + static_cast<int32_t>(random() % static_cast<unsigned>(sessionCount)));
      shanks.push_back(static_cast<int32_t>(random() % 2));
      usable.push_back(random() % 8 != 0);
      depths.push_back(depth(random));
    }
  }
  CandidateUnits all() const { return {sessions, shanks, usable, depths}; }
};

} // namespace

TEST_CASE("candidates: every pair near enough, of one shank, for each displacement of the lattice") {
  const ProbeLattice lattice(ProbeSites(column(60), {}));
  const Units units(1, 80, 3, 1200);
  const std::vector<UnitPair> linked{{1, 2}, {2, 3}};
  const auto found = findCandidates(Job{}, units.all(), lattice, linked, 40, DecoyKind::displaced, {});
  std::set<int32_t> displacements;
  size_t targets = 0;
  for (const auto& group : found.groups) {
    const auto [a, b] = linked[static_cast<size_t>(group.sessionPair)];
    std::set<std::pair<int32_t, int32_t>> expected, listed;
    for (int32_t i = 0; i < 80; ++i) {
      for (int32_t j = 0; j < 80; ++j) {
        const auto p = static_cast<size_t>(i), q = static_cast<size_t>(j);
        if (units.sessions[p] != a || units.sessions[q] != b || units.shanks[p] != units.shanks[q]) continue;
        if (!units.usable[p] || !units.usable[q]) continue;
        if (std::abs(units.depths[q] - units.depths[p] - 20 * group.cells) < 40) expected.emplace(i, j);
      }
    }
    for (size_t p = group.begin; p < group.end; ++p) listed.emplace(found.i[p], found.j[p]);
    CHECK(listed == expected);
    CHECK(listed.size() == group.end - group.begin);
    if (group.decoys) displacements.insert(group.cells);
    else targets += listed.size();
  }
  CHECK(targets > 20);
  // 160 … 400 µm on either side.
  CHECK(*displacements.begin() == -20);
  CHECK(*displacements.rbegin() == 20);
  CHECK(displacements.size() == 26);
  CHECK_FALSE(displacements.contains(7));
}

TEST_CASE("candidates: decoys of the whole probe, and of one session without its split pairs") {
  const ProbeLattice lattice(ProbeSites(column(60), {}));
  const Units units(2, 60, 2, 1200);
  const std::vector<UnitPair> linked{{1, 2}};
  const auto whole = findCandidates(Job{}, units.all(), lattice, linked, 40, DecoyKind::wholeProbe, {});
  int32_t farthest = 0;
  for (const auto& group : whole.groups) farthest = std::max(farthest, group.cells);
  CHECK(farthest == 60);

  const auto same = findCandidates(Job{}, units.all(), lattice, linked, 40, DecoyKind::sameSession, {});
  REQUIRE(same.groups.size() == 3);
  const auto& ofFirst = same.groups[1];
  REQUIRE(ofFirst.end > ofFirst.begin);
  for (size_t p = ofFirst.begin; p < ofFirst.end; ++p) {
    CHECK(units.sessions[static_cast<size_t>(same.i[p])] == 1);
    CHECK(units.sessions[static_cast<size_t>(same.j[p])] == 1);
    CHECK(same.i[p] != same.j[p]);
  }
  const UnitPair split{std::min(same.i[ofFirst.begin], same.j[ofFirst.begin]),
                       std::max(same.i[ofFirst.begin], same.j[ofFirst.begin])};
  const auto without =
      findCandidates(Job{}, units.all(), lattice, linked, 40, DecoyKind::sameSession, std::vector{split});
  CHECK(without.i.size() == same.i.size() - 2);
}

TEST_CASE("mutual best pairs: as looking at all pairs finds them, and all pairs are counted by displacement") {
  const Units units(3, 90, 3, 1000);
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  std::vector<float> aligned;
  std::vector<double> x, amplitude;
  for (size_t u = 0; u < 90; ++u) {
    float row[5], norm = 0;
    for (float& value : row) norm += (value = normal(random)) * value;
    for (const float value : row) aligned.push_back(value / std::sqrt(norm));
    x.push_back(8 * static_cast<double>(normal(random)));
    amplitude.push_back(0.3 * static_cast<double>(normal(random)));
  }
  const ComparedUnits compared{units.sessions, units.shanks, units.usable, x,    units.depths, amplitude,
                               aligned,        aligned,      {},           true, true};
  const auto found = mutualBestPairs(Job{.threads = 2}, compared, 400);
  REQUIRE(found.size() == 6);
  for (const auto& [a, b, pairs, scores, displacements] : found) {
    const auto comparable = [&](size_t i, size_t j) {
      return i != j && units.usable[i] && units.usable[j] && units.shanks[i] == units.shanks[j] &&
             std::abs(units.depths[j] - units.depths[i]) < 400;
    };
    const auto bestOf = [&](size_t i, int32_t session) {
      int32_t best = -1;
      for (size_t j = 0; j < 90; ++j) {
        if (units.sessions[j] != session || !comparable(i, j)) continue;
        if (best < 0 ||
            likeness(compared, std::min(i, j), std::max(i, j)) >
                likeness(compared, std::min(i, static_cast<size_t>(best)), std::max(i, static_cast<size_t>(best))))
          best = static_cast<int32_t>(j);
      }
      return best;
    };
    std::set<std::pair<int32_t, int32_t>> expected, listed;
    int32_t all = 0;
    for (size_t i = 0; i < 90; ++i) {
      if (units.sessions[i] != a) continue;
      for (size_t j = 0; j < 90; ++j) all += units.sessions[j] == b && comparable(i, j) && (a != b || i < j);
      const int32_t j = bestOf(i, b);
      if (j < 0 || bestOf(static_cast<size_t>(j), a) != static_cast<int32_t>(i)) continue;
      if (a != b || static_cast<int32_t>(i) < j) expected.emplace(static_cast<int32_t>(i), j);
    }
    for (const auto& [i, j] : pairs) listed.emplace(i, j);
    CHECK(listed == expected);
    CHECK(std::is_sorted(scores.rbegin(), scores.rend()));
    int32_t counted = 0;
    for (const int32_t count : displacements) counted += count;
    CHECK(counted == all);
  }
}
