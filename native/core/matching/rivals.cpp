#include "core/matching/rivals.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace dant {

namespace {

uint64_t keyOf(int32_t i, int32_t j) {
  return static_cast<uint64_t>(static_cast<uint32_t>(i)) << 32 | static_cast<uint32_t>(j);
}

/// Numbers of units 0 … count − 1 in place of their indices.
struct Ranks {
  std::vector<int32_t> units; ///< ascending
  explicit Ranks(std::span<const int32_t> all) : units(all.begin(), all.end()) {
    std::sort(units.begin(), units.end());
    units.erase(std::unique(units.begin(), units.end()), units.end());
  }
  size_t of(int32_t unit) const {
    return static_cast<size_t>(std::lower_bound(units.begin(), units.end(), unit) - units.begin());
  }
};

} // namespace

SplitUnits::SplitUnits(size_t units, std::span<const UnitPair> pairs) : partners_(units), any_(!pairs.empty()) {
  for (const auto& [i, j] : pairs) {
    partners_[static_cast<size_t>(i)].push_back(j);
    partners_[static_cast<size_t>(j)].push_back(i);
  }
}

void weighRivals(std::span<const int32_t> i, std::span<const int32_t> j, std::span<const double> odds,
                 const SplitUnits& split, std::span<double> probabilities) {
  const Ranks ofI(i), ofJ(j);
  std::vector<double> sumI(ofI.units.size()), sumJ(ofJ.units.size());
  std::vector<size_t> placeI(i.size()), placeJ(i.size());
  for (size_t p = 0; p < i.size(); ++p) {
    placeI[p] = ofI.of(i[p]);
    placeJ[p] = ofJ.of(j[p]);
    sumI[placeI[p]] += odds[p];
    sumJ[placeJ[p]] += odds[p];
  }
  std::unordered_map<uint64_t, double> known;
  const auto hasPartner = [&](int32_t unit) { return !split.partners(unit).empty(); };
  if (split.any()) {
    for (size_t p = 0; p < i.size(); ++p)
      if (hasPartner(i[p]) || hasPartner(j[p])) known.emplace(keyOf(i[p], j[p]), odds[p]);
  }
  const auto oddsOf = [&](int32_t a, int32_t b) {
    const auto found = known.find(keyOf(a, b));
    return found == known.end() ? 0.0 : found->second;
  };
  for (size_t p = 0; p < i.size(); ++p) {
    double all = sumI[placeI[p]] + sumJ[placeJ[p]] - odds[p];
    if (split.any()) {
      for (const int32_t part : split.partners(i[p])) all -= oddsOf(part, j[p]);
      for (const int32_t part : split.partners(j[p])) all -= oddsOf(i[p], part);
    }
    probabilities[p] = odds[p] / (1 + std::max(all, odds[p]));
  }
}

void marginsOverRivals(std::span<const int32_t> i, std::span<const int32_t> j, std::span<const double> scores,
                       std::span<double> margins) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  struct Best {
    double first = none, second = none;
    void add(double score) {
      if (score > first) {
        second = first;
        first = score;
      } else {
        second = std::max(second, score);
      }
    }
    double other(double own) const { return own == first ? second : first; }
  };
  const Ranks ofI(i), ofJ(j);
  std::vector<Best> bestI(ofI.units.size()), bestJ(ofJ.units.size());
  for (size_t p = 0; p < i.size(); ++p) {
    bestI[ofI.of(i[p])].add(scores[p]);
    bestJ[ofJ.of(j[p])].add(scores[p]);
  }
  for (size_t p = 0; p < i.size(); ++p)
    margins[p] =
        scores[p] - std::max(bestI[ofI.of(i[p])].other(scores[p]), bestJ[ofJ.of(j[p])].other(scores[p]));
}

} // namespace dant
