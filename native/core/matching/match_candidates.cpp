#include "core/matching/match_candidates.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace dant {

namespace {

constexpr double nearestDecoyUm = 150, farthestDecoyUm = 400;
constexpr double mostDecoys = 2e5;
constexpr size_t fewestWindows = 4, mostWindows = 40;

class Finder {
public:
  Finder(const Job& job, const CandidateUnits& units, double halfWidthUm)
      : job_(job), units_(units), halfWidthUm_(halfWidthUm) {
    const size_t n = units.sessions.size();
    if (units.shanks.size() != n || units.usable.size() != n || units.correctedUm.size() != n)
      throw InputError("The places do not fit the number of units.");
    for (size_t u = 0; u < n; ++u) {
      if (!units.usable[u]) continue;
      const auto session = static_cast<size_t>(units.sessions[u]);
      if (session >= byDepth_.size()) byDepth_.resize(session + 1);
      byDepth_[session].push_back(static_cast<int32_t>(u));
    }
    for (auto& members : byDepth_)
      std::stable_sort(members.begin(), members.end(), [&](int32_t a, int32_t b) { return depth(a) < depth(b); });
  }

  /// Visits the pairs of units of two sessions whose depths differ by about `shiftUm`.
  template <class Visit> void visit(int32_t a, int32_t b, double shiftUm, Visit visitor) const {
    const auto& first = membersOf(a);
    const auto& second = membersOf(b);
    size_t from = 0;
    for (const int32_t i : first) {
      job_.throwIfAborted();
      while (from < second.size() && depth(second[from]) - depth(i) - shiftUm <= -halfWidthUm_) ++from;
      for (size_t q = from; q < second.size() && depth(second[q]) - depth(i) - shiftUm < halfWidthUm_; ++q) {
        const int32_t j = second[q];
        if (i != j && units_.shanks[static_cast<size_t>(i)] == units_.shanks[static_cast<size_t>(j)]) visitor(i, j);
      }
    }
  }

private:
  double depth(int32_t unit) const { return units_.correctedUm[static_cast<size_t>(unit)]; }
  const std::vector<int32_t>& membersOf(int32_t session) const {
    static const std::vector<int32_t> none;
    const auto at = static_cast<size_t>(session);
    return at < byDepth_.size() ? byDepth_[at] : none;
  }

  const Job& job_;
  const CandidateUnits& units_;
  double halfWidthUm_;
  std::vector<std::vector<int32_t>> byDepth_;
};

/// Displacements in periods: so many of those there is room for, evenly, on both sides.
std::vector<int32_t> decoyWindows(const ProbeLattice& lattice, DecoyKind kind, double targets) {
  std::vector<int32_t> all;
  if (!lattice.repeats || kind == DecoyKind::sameSession) return all;
  const double farthest = kind == DecoyKind::displaced ? farthestDecoyUm : lattice.cells * lattice.periodUm;
  for (int32_t k = 1; k * lattice.periodUm <= farthest; ++k)
    if (k * lattice.periodUm >= nearestDecoyUm) all.push_back(k);
  const double affordable = std::floor(mostDecoys / std::max(targets, 1.0) / 2);
  const auto perSide = static_cast<size_t>(std::clamp(affordable, fewestWindows / 2.0, mostWindows / 2.0));
  std::vector<int32_t> windows;
  const size_t kept = kind == DecoyKind::displaced ? std::min(perSide, all.size()) : all.size();
  for (size_t w = 0; w < kept; ++w) {
    const int32_t k = all[w * all.size() / kept];
    windows.insert(windows.end(), {-k, k});
  }
  std::sort(windows.begin(), windows.end());
  return windows;
}

} // namespace

MatchCandidates findCandidates(const Job& job, const CandidateUnits& units, const ProbeLattice& lattice,
                               std::span<const UnitPair> linkedSessions, double halfWidthUm, DecoyKind kind,
                               std::span<const UnitPair> split) {
  const Finder finder(job, units, halfWidthUm);
  double targets = 0;
  for (const auto& [a, b] : linkedSessions) finder.visit(a, b, 0, [&](int32_t, int32_t) { ++targets; });
  const auto windows = decoyWindows(lattice, kind, targets);
  std::set<std::pair<int32_t, int32_t>> isSplit;
  for (const auto& [i, j] : split) {
    isSplit.emplace(i, j);
    isSplit.emplace(j, i);
  }
  MatchCandidates found;
  const auto add = [&](int32_t i, int32_t j) {
    found.i.push_back(i);
    found.j.push_back(j);
  };
  for (size_t pair = 0; pair < linkedSessions.size(); ++pair) {
    const auto [a, b] = linkedSessions[pair];
    const auto group = [&](int32_t cells, bool decoys, auto fill) {
      const size_t begin = found.i.size();
      fill();
      found.groups.push_back({static_cast<int32_t>(pair), cells, decoys, begin, found.i.size()});
    };
    group(0, false, [&] { finder.visit(a, b, 0, add); });
    for (const int32_t k : windows) group(k, true, [&] { finder.visit(a, b, k * lattice.periodUm, add); });
    if (kind != DecoyKind::sameSession) continue;
    for (const int32_t session : {a, b}) {
      group(0, true, [&] {
        finder.visit(session, session, 0, [&](int32_t i, int32_t j) {
          if (!isSplit.contains({i, j})) add(i, j);
        });
      });
    }
  }
  return found;
}

} // namespace dant
