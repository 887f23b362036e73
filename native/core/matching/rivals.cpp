#include "core/matching/rivals.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace dant {

namespace {

uint64_t keyOf(int32_t i, int32_t j) {
  return static_cast<uint64_t>(static_cast<uint32_t>(i)) << 32 | static_cast<uint32_t>(j);
}

size_t sizeFor(std::span<const int32_t> units) {
  return units.empty() ? 0 : static_cast<size_t>(*std::max_element(units.begin(), units.end())) + 1;
}

} // namespace

SplitUnits::SplitUnits(size_t units, std::span<const UnitPair> pairs) : partners_(units), any_(!pairs.empty()) {
  for (const auto& [i, j] : pairs) {
    partners_[static_cast<size_t>(i)].push_back(j);
    partners_[static_cast<size_t>(j)].push_back(i);
  }
}

void weighRivals(std::span<const int32_t> i, std::span<const int32_t> j, std::span<const double> odds,
                 const SplitUnits& split, std::span<double> probabilities) {
  std::vector<double> sumI(sizeFor(i)), sumJ(sizeFor(j));
  for (size_t p = 0; p < i.size(); ++p) {
    sumI[static_cast<size_t>(i[p])] += odds[p];
    sumJ[static_cast<size_t>(j[p])] += odds[p];
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
    double all = sumI[static_cast<size_t>(i[p])] + sumJ[static_cast<size_t>(j[p])] - odds[p];
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
  std::vector<Best> bestI(sizeFor(i)), bestJ(sizeFor(j));
  for (size_t p = 0; p < i.size(); ++p) {
    bestI[static_cast<size_t>(i[p])].add(scores[p]);
    bestJ[static_cast<size_t>(j[p])].add(scores[p]);
  }
  for (size_t p = 0; p < i.size(); ++p) {
    const auto& ofI = bestI[static_cast<size_t>(i[p])];
    const auto& ofJ = bestJ[static_cast<size_t>(j[p])];
    margins[p] = scores[p] - std::max(ofI.other(scores[p]), ofJ.other(scores[p]));
  }
}

} // namespace dant
