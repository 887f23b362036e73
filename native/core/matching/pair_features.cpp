#include "core/matching/pair_features.h"
#include "core/motion/whole_number.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dant {

namespace {

constexpr double reachUm = 80, leastShare = 0.5;
constexpr size_t grain = 2048;

double fisher(double r) { return std::atanh(std::clamp(r, -0.999, 0.999)); }

float dot(const float* a, const float* b, size_t length) {
  float lanes[4] = {};
  size_t k = 0;
  for (; k + 4 <= length; k += 4)
    for (size_t lane = 0; lane < 4; ++lane) lanes[lane] += a[k + lane] * b[k + lane];
  for (; k < length; ++k) lanes[0] += a[k] * b[k];
  return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}

double cosine(std::span<const float> rows, size_t n, size_t i, size_t j) {
  const size_t length = rows.size() / n;
  return dot(rows.data() + i * length, rows.data() + j * length, length);
}

/// Sums over the sites that both units were seen on.
struct SharedSites {
  double dot = 0, slopeDot = 0, powerI = 0, powerJ = 0, slopePowerI = 0, slopePowerJ = 0;
  double count = 0, sumI = 0, sumJ = 0, sumIj = 0; ///< of the norms, and of their products

  double waveformZ() const { return fisher(dot / std::sqrt(powerI * powerJ + 1e-9)); }
  double slopeZ() const { return fisher(slopeDot / std::sqrt(slopePowerI * slopePowerJ + 1e-9)); }
  /// Of the correlation between the norms on the sites.
  double spreadZ() const {
    const double n = std::max(count, 1.0);
    const double varianceI = powerI - sumI * sumI / n, varianceJ = powerJ - sumJ * sumJ / n;
    return fisher((sumIj - sumI * sumJ / n) / std::sqrt(std::max(0.0, varianceI * varianceJ) + 1e-9));
  }
  double difference() const {
    const double all = powerI + powerJ;
    return -0.5 * std::log((std::max(0.0, all - 2 * dot) + 1e-9) / (all + 1e-9) + 1e-3);
  }
};

SharedSites compareCells(const CommonFrame& frame, size_t i, size_t j, int32_t cell, int32_t cells, int32_t reach) {
  SharedSites sums;
  const size_t components = frame.components();
  for (int32_t at = cell - reach; at <= cell + reach; ++at) {
    if (!frame.has(i, at) || !frame.has(j, at + cells)) continue;
    const auto a = frame.at(i, at), b = frame.at(j, at + cells);
    for (size_t p = 0; p < frame.places(); ++p) {
      if (!a.known[p] || !b.known[p]) continue;
      sums.dot += dot(a.scores + p * components, b.scores + p * components, components);
      sums.slopeDot += dot(a.slopes + p * components, b.slopes + p * components, components);
      sums.powerI += a.power[p];
      sums.powerJ += b.power[p];
      sums.slopePowerI += a.slopePower[p];
      sums.slopePowerJ += b.slopePower[p];
      const double normI = std::sqrt(a.power[p]), normJ = std::sqrt(b.power[p]);
      ++sums.count;
      sums.sumI += normI;
      sums.sumJ += normJ;
      sums.sumIj += normI * normJ;
    }
  }
  return sums;
}

/// (n, K) scores at the units' peak sites, or those of the derivative, of norm 1.
std::vector<float> peakRows(const FramedUnits& units, std::span<const int32_t> peaks, size_t sites, bool slope) {
  const size_t n = peaks.size(), k = units.components;
  std::vector<float> rows(n * k);
  for (size_t u = 0; u < n; ++u) {
    const float* from = units.scores.data() + (u * sites + static_cast<size_t>(peaks[u])) * k;
    float* to = rows.data() + u * k;
    for (size_t b = 0; b < k; ++b)
      for (size_t a = slope ? b : 0; a < (slope ? k : 1); ++a)
        to[b] += slope ? from[a] * static_cast<float>(units.derivative[a * k + b]) : from[b];
    const float norm = std::sqrt(dot(to, to, k));
    if (norm > 0)
      for (size_t b = 0; b < k; ++b) to[b] /= norm;
  }
  return rows;
}

/// Keeps the marked candidates, in order, and their rows.
void keep(MatchCandidates& candidates, std::vector<float>& values, size_t columns, const std::vector<uint8_t>& kept) {
  size_t to = 0;
  for (auto& group : candidates.groups) {
    const size_t begin = to;
    for (size_t p = group.begin; p < group.end; ++p) {
      if (!kept[p]) continue;
      candidates.i[to] = candidates.i[p];
      candidates.j[to] = candidates.j[p];
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(p * columns), columns,
                  values.begin() + static_cast<std::ptrdiff_t>(to * columns));
      ++to;
    }
    group.begin = begin;
    group.end = to;
  }
  candidates.i.resize(to);
  candidates.j.resize(to);
  values.resize(to * columns);
}

/// Mean 0 and variance 1 over the decoys; columns without variance go.
PairFeatures standardised(const MatchCandidates& candidates, const std::vector<float>& values, size_t columns) {
  std::vector<double> sum(columns), squares(columns);
  double count = 0;
  const auto eachDecoy = [&](auto visit) {
    for (const auto& group : candidates.groups)
      for (size_t p = group.begin; group.decoys && p < group.end; ++p) visit(values.data() + p * columns);
  };
  eachDecoy([&](const float* row) {
    ++count;
    for (size_t c = 0; c < columns; ++c) sum[c] += static_cast<double>(row[c]);
  });
  for (auto& value : sum) value /= std::max(count, 1.0);
  eachDecoy([&](const float* row) {
    for (size_t c = 0; c < columns; ++c) squares[c] += (row[c] - sum[c]) * (row[c] - sum[c]);
  });
  std::vector<size_t> kept;
  for (size_t c = 0; c < columns; ++c)
    if (squares[c] > 1e-12 * std::max(count, 1.0)) kept.push_back(c);
  PairFeatures features{kept.size(), std::vector<float>(candidates.i.size() * kept.size())};
  for (size_t k = 0; k < kept.size(); ++k) {
    const size_t c = kept[k];
    const double deviation = std::sqrt(squares[c] / count);
    for (size_t p = 0; p < candidates.i.size(); ++p)
      features.values[p * kept.size() + k] = static_cast<float>((values[p * columns + c] - sum[c]) / deviation);
  }
  return features;
}

} // namespace

PairFeatures comparePairs(const Job& job, const ProbeSites& sites, const ProbeLattice& lattice,
                          const CommonFrame& frame, const FramedUnits& units, const UnitTraits& traits,
                          MatchCandidates& candidates) {
  const size_t n = traits.correctedUm.size(), count = candidates.i.size();
  const auto peaks = peakRows(units, traits.peaks, sites.count(), false);
  const auto peakSlopes = peakRows(units, traits.peaks, sites.count(), true);
  const auto reach = wholeNumber(std::max(1.0, std::round(reachUm / lattice.periodUm)));
  const size_t columns = 8 + (traits.usesPlace ? 3 : 0) + (traits.usesAmplitude ? 1 : 0) + traits.profiles.size() +
                         traits.differences.size() + traits.faults.size();
  std::vector<float> values(count * columns);
  std::vector<uint8_t> kept(count);
  std::vector<const MatchCandidates::Group*> groupOf(count);
  for (const auto& group : candidates.groups)
    std::fill(groupOf.begin() + static_cast<std::ptrdiff_t>(group.begin),
              groupOf.begin() + static_cast<std::ptrdiff_t>(group.end), &group);

  parallelFor(job, (count + grain - 1) / grain, [&](size_t task) {
    job.throwIfAborted();
    for (size_t p = task * grain; p < std::min(count, (task + 1) * grain); ++p) {
      const auto i = static_cast<size_t>(candidates.i[p]), j = static_cast<size_t>(candidates.j[p]);
      const int32_t cells = groupOf[p]->cells;
      const double shift = cells * lattice.periodUm;
      const double middle =
          ((traits.correctedUm[i] + traits.correctedUm[j] - shift) / 2 - sites.lowestUm()) / lattice.periodUm;
      const int32_t cell = std::clamp(wholeNumber(std::nearbyint(middle - 0.5)), 0, lattice.cells - 1);
      const auto shared = compareCells(frame, i, j, cell, cells, reach);
      const double seen = std::min(shared.powerI / (frame.power(i) + 1e-9), shared.powerJ / (frame.power(j) + 1e-9));
      kept[p] = seen > leastShare;
      if (!kept[p]) continue;
      float* to = values.data() + p * columns;
      const auto put = [&](double value) { *to++ = static_cast<float>(value); };
      put(shared.waveformZ());
      put(shared.slopeZ());
      put(fisher(cosine(traits.aligned, n, i, j)));
      put(fisher(cosine(traits.alignedSlope, n, i, j)));
      put(shared.spreadZ());
      put(fisher(cosine(peaks, n, i, j)));
      put(fisher(cosine(peakSlopes, n, i, j)));
      put(shared.difference());
      if (traits.usesPlace) {
        const double away = traits.correctedUm[j] - traits.correctedUm[i] - shift;
        put(-std::min(std::abs(traits.xUm[i] - traits.xUm[j]) / 20, 3.0));
        put(-std::abs(away) / 10);
        put(-std::log1p((away / 8) * (away / 8)));
      }
      if (traits.usesAmplitude) put(-std::abs(traits.logAmplitudes[i] - traits.logAmplitudes[j]));
      for (const auto& profile : traits.profiles) put(fisher(cosine(profile, n, i, j)));
      for (const auto& trait : traits.differences) put(-std::abs(trait[i] - trait[j]));
      for (const auto& fault : traits.faults) put(-std::max(fault[i], fault[j]));
    }
  });
  keep(candidates, values, columns, kept);
  return standardised(candidates, values, columns);
}

} // namespace dant
