#include "core/matching/split_evidence.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace dant {

namespace {

// Lags from 0.3 ms on and below 1.5 ms, from 15 ms on and below 30 ms. Spikes lie on samples, 1/30 ms apart or so: the
// edges are clear of these, so that rounding does not decide.
constexpr double closeFromMs = 0.299, closeToMs = 1.499, awayFromMs = 14.999, awayToMs = 29.999, leak = 0.1;
constexpr size_t grain = 32;

struct Coincidences {
  size_t close = 0, away = 0;
};

/// Pairs of a time of `a` and one of `b`, both sorted, by how far they are apart.
Coincidences countCoincidences(const Job& job, std::span<const double> a, std::span<const double> b) {
  Coincidences found;
  size_t first = 0;
  for (size_t k = 0; k < a.size(); ++k) {
    if (k % 8192 == 0) job.throwIfAborted();
    while (first < b.size() && b[first] < a[k] - awayToMs) ++first;
    for (size_t other = first; other < b.size() && b[other] < a[k] + awayToMs; ++other) {
      const double lag = std::abs(b[other] - a[k]);
      found.close += lag >= closeFromMs && lag < closeToMs;
      found.away += lag >= awayFromMs;
    }
  }
  return found;
}

} // namespace

std::vector<double> splitLogRatios(const Job& job, const SpikeTrains& trains, std::span<const int32_t> units,
                                   std::span<const UnitPair> pairs) {
  std::vector<uint8_t> used(units.size());
  for (const auto& [i, j] : pairs) used[static_cast<size_t>(i)] = used[static_cast<size_t>(j)] = 1;
  std::vector<std::vector<double>> times(units.size());
  parallelFor(job, units.size(), [&](size_t u) {
    if (!used[u]) return;
    const auto unit = static_cast<size_t>(units[u]);
    const size_t begin = trains.offsets[unit];
    times[u] = sortedTimes(job, trains.timesMs.subspan(begin, trains.offsets[unit + 1] - begin),
                           "unit " + std::to_string(unit));
  });
  std::vector<double> logRatios(pairs.size());
  parallelFor(job, pairs.size(), [&](size_t p) {
    const auto& a = times[static_cast<size_t>(pairs[p].i)];
    const auto& b = times[static_cast<size_t>(pairs[p].j)];
    if (a.empty() || b.empty()) return;
    const auto found = countCoincidences(job, a, b);
    const double chance = static_cast<double>(found.away) * (closeToMs - closeFromMs) / (awayToMs - awayFromMs);
    logRatios[p] = static_cast<double>(found.close) * std::log(leak) + (1 - leak) * chance;
  });
  return logRatios;
}

std::vector<UnitPair> neighboursWithinSessions(const Job& job, const PlacedUnits& units) {
  const size_t n = units.sessions.size();
  if (units.shanks.size() != n || units.xUm.size() != n || units.depthsUm.size() != n)
    throw InputError("The places do not fit the number of units.");
  std::vector<size_t> byDepth(n);
  std::iota(byDepth.begin(), byDepth.end(), size_t{0});
  std::stable_sort(byDepth.begin(), byDepth.end(),
                   [&](size_t a, size_t b) { return units.depthsUm[a] < units.depthsUm[b]; });
  std::vector<std::vector<UnitPair>> found((n + grain - 1) / grain);
  parallelFor(job, found.size(), [&](size_t task) {
    for (size_t at = task * grain; at < std::min(n, (task + 1) * grain); ++at) {
      const size_t a = byDepth[at];
      for (size_t next = at + 1; next < n; ++next) {
        const size_t b = byDepth[next];
        if (units.depthsUm[b] - units.depthsUm[a] > units.maxDistanceUm) break;
        if (units.sessions[a] != units.sessions[b] || units.shanks[a] != units.shanks[b] ||
            std::abs(units.xUm[a] - units.xUm[b]) > units.maxDistanceUm) {
          continue;
        }
        found[task].push_back({static_cast<int32_t>(std::min(a, b)), static_cast<int32_t>(std::max(a, b))});
      }
    }
  });
  std::vector<UnitPair> pairs;
  for (const auto& part : found) pairs.insert(pairs.end(), part.begin(), part.end());
  std::sort(pairs.begin(), pairs.end(),
            [](const UnitPair& a, const UnitPair& b) { return a.i != b.i ? a.i < b.i : a.j < b.j; });
  return pairs;
}

} // namespace dant
