#include "core/matching/competition.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

namespace dant {

namespace {

constexpr double negligible = -6; // ln odds of a split that is not worth looking at
constexpr double offset = 2.7, slope = 0.84;

struct Part {
  int32_t unit;
  double probability;
};

} // namespace

void weighCompetitors(const Job& job, std::span<const int32_t> sessions, std::span<const UnitPair> pairs,
                      std::span<float> logOdds) {
  const size_t units = sessions.size();
  if (logOdds.size() != pairs.size()) throw InputError("The log odds do not fit the pairs.");
  if (pairs.empty()) return;
  const auto sessionOf = [&](int32_t unit) { return sessions[static_cast<size_t>(unit)]; };
  const auto sessionCount = static_cast<size_t>(*std::max_element(sessions.begin(), sessions.end())) + 1;
  // Odds of each unit with all of a session.
  std::vector<double> total(units * sessionCount, 0.0);
  const auto withSession = [&](int32_t unit, int32_t other) -> double& {
    return total[static_cast<size_t>(unit) * sessionCount + static_cast<size_t>(sessionOf(other))];
  };
  // Where a unit may be one part of a split neuron: the other parts.
  std::unordered_map<int32_t, std::vector<Part>> parts;
  // The odds that such units have with units of other sessions.
  std::unordered_map<int64_t, double> oddsOfParts;
  for (size_t p = 0; p < pairs.size(); ++p) {
    const auto [i, j] = pairs[p];
    if (sessionOf(i) != sessionOf(j)) {
      const double odds = std::exp(static_cast<double>(logOdds[p]));
      withSession(i, j) += odds;
      withSession(j, i) += odds;
    } else if (logOdds[p] > negligible) {
      const double share = 1 / (1 + std::exp(-static_cast<double>(logOdds[p])));
      parts[i].push_back({j, share});
      parts[j].push_back({i, share});
    }
  }
  job.throwIfAborted();
  const auto key = [&](int32_t part, int32_t other) {
    return static_cast<int64_t>(part) * static_cast<int64_t>(units) + other;
  };
  for (size_t p = 0; p < pairs.size(); ++p) {
    const auto [i, j] = pairs[p];
    if (sessionOf(i) == sessionOf(j)) continue;
    const double odds = std::exp(static_cast<double>(logOdds[p]));
    if (parts.count(i) > 0) oddsOfParts[key(i, j)] = odds;
    if (parts.count(j) > 0) oddsOfParts[key(j, i)] = odds;
  }
  job.throwIfAborted();
  // Of the odds of `unit` with the session of `chosen`: those of other parts of the chosen unit's neuron.
  const auto ofParts = [&](int32_t unit, int32_t chosen) {
    double sum = 0;
    const auto others = parts.find(chosen);
    if (others == parts.end()) return sum;
    for (const auto& [part, share] : others->second) {
      const auto known = oddsOfParts.find(key(part, unit));
      if (known != oddsOfParts.end()) sum += share * known->second;
    }
    return sum;
  };
  for (size_t p = 0; p < pairs.size(); ++p) {
    const auto [i, j] = pairs[p];
    double alone = logOdds[p];
    if (sessionOf(i) != sessionOf(j)) {
      const double odds = std::exp(alone);
      const double rivals = withSession(i, j) + withSession(j, i) - 2 * odds - ofParts(i, j) - ofParts(j, i);
      alone -= std::log1p(std::max(0.0, rivals));
    }
    logOdds[p] = static_cast<float>(offset + slope * alone);
  }
}

} // namespace dant
