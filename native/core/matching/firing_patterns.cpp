#include "core/matching/firing_patterns.h"

#include "core/matching/poisson.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace dant {

namespace {

using Edges = std::array<double, firingBins + 1>;

/// `count` edges from `first` to `last`, each a fixed factor above the one before.
void geometric(double* edges, size_t count, double first, double last) {
  for (size_t k = 0; k < count; ++k)
    edges[k] = first * std::pow(last / first, static_cast<double>(k) / static_cast<double>(count - 1));
  edges[count - 1] = last;
}

Edges intervalEdges() {
  Edges edges;
  geometric(edges.data(), edges.size(), 1, 3000);
  return edges;
}

Edges lagEdges() {
  Edges edges;
  edges[0] = 0;
  geometric(edges.data() + 1, edges.size() - 1, 2, 300);
  return edges;
}

/// Counts values in the bins [edge, next edge), with a table of where to look.
class Bins {
public:
  explicit Bins(const Edges& edges) : edges(edges), first_(static_cast<size_t>(edges.back() * perMs) + 1) {
    for (size_t k = 0; k < first_.size(); ++k) {
      const auto above = std::upper_bound(edges.begin(), edges.end(), static_cast<double>(k) / perMs);
      first_[k] = static_cast<uint8_t>(std::max<std::ptrdiff_t>(0, above - edges.begin() - 1));
    }
  }

  void count(double value, double* bins) const {
    if (value < edges.front() || value >= edges.back()) return;
    size_t bin = first_[static_cast<size_t>(value * perMs)];
    while (value >= edges[bin + 1]) ++bin;
    bins[bin] += 1;
  }

  const Edges edges;

private:
  static constexpr double perMs = 4;
  std::vector<uint8_t> first_;
};

void toRootShares(double* bins) {
  double total = 0;
  for (size_t k = 0; k < firingBins; ++k) total += bins[k];
  if (total > 0)
    for (size_t k = 0; k < firingBins; ++k) bins[k] = std::sqrt(bins[k] / total);
}

} // namespace

FiringPatterns describeFiring(const Job& job, const SpikeTrains& trains, std::span<const int32_t> units) {
  const size_t n = units.size();
  static const Bins intervals(intervalEdges()), lags(lagEdges());
  /// Later spikes that one is compared with at most: of bursts, the first say it all.
  constexpr size_t mostLater = 59;
  // Spikes lie on samples, 1/30 ms apart or so: the edges are clear of these, so that rounding does not decide.
  constexpr double refractoryFrom = 0.301, refractoryTo = 1.501, awayFrom = 15.001, awayTo = 45.001;
  FiringPatterns patterns{std::vector<double>(n * firingBins), std::vector<double>(n * firingBins),
                          std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
  for (const int32_t unit : units)
    if (unit < 0 || static_cast<size_t>(unit) >= trains.units()) throw InputError("A unit has no spike train.");
  parallelFor(job, n, [&](size_t u) {
    const auto unit = static_cast<size_t>(units[u]);
    const size_t begin = trains.offsets[unit], end = trains.offsets[unit + 1];
    if (end - begin < 2) return;
    const auto times = sortedTimes(job, trains.timesMs.subspan(begin, end - begin), "unit " + std::to_string(unit));
    double* isi = patterns.intervals.data() + u * firingBins;
    double* acg = patterns.correlogram.data() + u * firingBins;
    double close = 0, refractory = 0, away = 0;
    for (size_t a = 0; a + 1 < times.size(); ++a) {
      if (a % 4096 == 0) job.throwIfAborted();
      const double next = times[a + 1] - times[a];
      intervals.count(next, isi);
      close += next < refractoryTo;
      for (size_t b = a + 1; b < times.size(); ++b) {
        const double lag = times[b] - times[a];
        if (lag >= lags.edges.back()) break;
        if (b - a <= mostLater) lags.count(lag, acg);
        else if (lag > awayTo) break;
        refractory += lag > refractoryFrom && lag < refractoryTo;
        away += lag > awayFrom && lag < awayTo;
      }
    }
    for (size_t k = 0; k < firingBins; ++k) acg[k] /= lags.edges[k + 1] - lags.edges[k];
    toRootShares(isi);
    toRootShares(acg);
    const auto spikes = static_cast<double>(times.size());
    const double duration = std::max(times.back() - times.front(), 1.0);
    patterns.logRates[u] = std::log(1000 * spikes / duration + 1e-3);
    patterns.logViolations[u] = std::log((close + 0.5) / (spikes * spikes * refractoryTo / duration + 0.5));
    const double chance = away / (awayTo - awayFrom) * (refractoryTo - refractoryFrom);
    patterns.refractoryRatios[u] = poissonLowerBound(refractory, 0.05) / std::max(chance, 1e-9);
  });
  return patterns;
}

} // namespace dant
