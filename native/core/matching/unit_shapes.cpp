#include "core/matching/unit_shapes.h"

#include "core/matching/interpolation.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace dant {

namespace {

constexpr size_t baselineSamples = 4, largestPerUnit = 6, mostRows = 20000;
constexpr double reachUm = 80, stepUm = 20, sitesUm = 130, widestUm = 200;
constexpr size_t grain = 8;

using Index = Eigen::Index;
Index index(size_t value) { return static_cast<Index>(value); }

/// One unit's waveform (·, T) on some of the sites, less its offset.
class UnitWaveform {
public:
  UnitWaveform(const Waveforms& waveforms, std::span<const int32_t> channels)
      : waveforms_(waveforms), channels_(channels) {}

  void read(size_t unit, std::span<const size_t> sites) {
    values.resize(sites.size() * waveforms_.samples);
    amplitudes.resize(sites.size());
    live.resize(sites.size());
    const size_t first = static_cast<size_t>(waveforms_.units[unit]) * waveforms_.size();
    for (size_t s = 0; s < sites.size(); ++s) {
      const size_t at = first + static_cast<size_t>(channels_[sites[s]]) * waveforms_.samples;
      if (waveforms_.f32.empty()) readSite(s, waveforms_.f64.data() + at);
      else readSite(s, waveforms_.f32.data() + at);
    }
  }

private:
  template <class Real> void readSite(size_t s, const Real* trace) {
    const size_t samples = waveforms_.samples;
    double* to = values.data() + s * samples;
    std::copy_n(trace, samples, to);
    live[s] = std::any_of(to, to + samples, [](double v) { return v != 0; });
    const size_t baseline = std::max<size_t>(1, std::min(baselineSamples, samples / 10));
    const double offset = std::accumulate(to, to + baseline, 0.0) / static_cast<double>(baseline);
    const auto [low, high] = std::minmax_element(to, to + samples);
    amplitudes[s] = *high - *low;
    for (size_t t = 0; t < samples; ++t) to[t] -= offset;
  }

  const Waveforms& waveforms_;
  std::span<const int32_t> channels_;

public:
  std::vector<double> values, amplitudes;
  std::vector<uint8_t> live;
};

/// (T, K) principal directions.
Eigen::MatrixXd temporalComponents(const Job& job, const Waveforms& waveforms, std::span<const int32_t> channels,
                                   const ProbeSites& sites, std::span<const int32_t> peaks, size_t components) {
  const size_t samples = waveforms.samples;
  const size_t stride = std::max<size_t>(1, waveforms.count() * largestPerUnit / mostRows);
  constexpr size_t unitsPerTask = 64;
  std::vector<Eigen::MatrixXd> parts((waveforms.count() + unitsPerTask - 1) / unitsPerTask);
  parallelFor(job, parts.size(), [&](size_t task) {
    auto& gram = parts[task];
    gram = Eigen::MatrixXd::Zero(index(samples), index(samples));
    UnitWaveform unit(waveforms, channels);
    std::vector<size_t> order;
    Eigen::MatrixXd traces(index(samples), index(largestPerUnit));
    for (size_t u = task * unitsPerTask; u < std::min(waveforms.count(), (task + 1) * unitsPerTask); ++u) {
      job.throwIfAborted();
      const auto peak = static_cast<size_t>(peaks[u]);
      unit.read(u, sites.near(sites.shank(peak), sites.y(peak), sitesUm));
      const double amplitude = *std::max_element(unit.amplitudes.begin(), unit.amplitudes.end());
      if (amplitude == 0) continue;
      order.resize(unit.amplitudes.size());
      std::iota(order.begin(), order.end(), size_t{0});
      const size_t perUnit = std::min(largestPerUnit, order.size());
      std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(perUnit), order.end(),
                        [&](size_t a, size_t b) {
                          const double x = unit.amplitudes[a], y = unit.amplitudes[b];
                          return x != y ? x > y : a < b;
                        });
      Index kept = 0;
      for (size_t k = 0; k < perUnit; ++k) {
        if ((u * largestPerUnit + k) % stride != 0) continue;
        const Eigen::Map<const Eigen::VectorXd> trace(unit.values.data() + order[k] * samples, index(samples));
        traces.col(kept++) = trace / amplitude;
      }
      gram.selfadjointView<Eigen::Lower>().rankUpdate(traces.leftCols(kept));
    }
  });
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(index(samples), index(samples));
  for (const auto& part : parts) gram += part;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> directions(gram);
  return directions.eigenvectors().rightCols(index(components)).rowwise().reverse();
}

/// Lower triangular D with |s·D|² = |derivative of the waveform with scores s|².
Eigen::MatrixXd derivativeFactor(const Eigen::MatrixXd& basis) {
  const Index later = basis.rows() - 1;
  const Eigen::MatrixXd slopes = basis.bottomRows(later) - basis.topRows(later);
  return (slopes.transpose() * slopes + 1e-9 * Eigen::MatrixXd::Identity(basis.cols(), basis.cols())).llt().matrixL();
}

void toUnitNorm(const Eigen::Ref<const RowMatrix>& from, float* to) {
  const double norm = from.norm(), factor = norm > 1e-12 ? 1 / norm : 0;
  for (Index k = 0; k < from.size(); ++k) to[k] = static_cast<float>(from.data()[k] * factor);
}

} // namespace

UnitShapes describeShapes(const Job& job, const Waveforms& waveforms, std::span<const int32_t> channels,
                          const ProbeSites& sites, std::span<const double> depthsUm,
                          std::span<const int32_t> unitShanks, std::span<const int32_t> peaks) {
  waveforms.check();
  const size_t n = waveforms.count(), count = sites.count();
  if (channels.size() != count || depthsUm.size() != n || unitShanks.size() != n || peaks.size() != n ||
      waveforms.samples < 2) {
    throw InputError("The sites, depths and shanks do not fit the units, or the waveforms have a single sample.");
  }
  for (const int32_t channel : channels)
    if (channel < 0 || static_cast<size_t>(channel) >= waveforms.channels)
      throw InputError("A site lies outside of the waveforms.");
  for (const int32_t peak : peaks)
    if (peak < 0 || static_cast<size_t>(peak) >= count) throw InputError("A peak lies outside of the sites.");
  const size_t components = std::min(largestComponentCount, waveforms.samples - 1);
  const auto basis = temporalComponents(job, waveforms, channels, sites, peaks, components);
  const auto derivative = derivativeFactor(basis);
  std::map<int32_t, std::vector<double>> columns;
  size_t columnCount = 0;
  for (const int32_t shank : unitShanks) {
    if (!columns.contains(shank)) columns[shank] = sites.columns(shank);
    columnCount = std::max(columnCount, columns[shank].size());
  }
  const auto depthCount = static_cast<size_t>(2 * reachUm / stepUm) + 1;
  const size_t places = depthCount * columnCount;

  UnitShapes shapes;
  shapes.components = components;
  shapes.scores.resize(n * count * components);
  shapes.live.resize(n * count);
  shapes.aligned.resize(n * places * components);
  shapes.alignedSlope.resize(shapes.aligned.size());
  shapes.spread.resize(n * places);
  shapes.logAmplitudes.resize(n);
  shapes.derivative.resize(components * components);
  Eigen::Map<RowMatrix>(shapes.derivative.data(), derivative.rows(), derivative.cols()) = derivative;

  parallelFor(job, (n + grain - 1) / grain, [&](size_t task) {
    UnitWaveform unit(waveforms, channels);
    RowMatrix scores, aligned = RowMatrix::Zero(index(places), index(components)), slope, spread;
    for (size_t u = task * grain; u < std::min(n, (task + 1) * grain); ++u) {
      job.throwIfAborted();
      // Nobody looks at sites farther off.
      const auto wide = sites.near(unitShanks[u], depthsUm[u], widestUm);
      unit.read(u, wide);
      const Eigen::Map<const RowMatrix> traces(unit.values.data(), index(wide.size()), index(waveforms.samples));
      scores = traces * basis;
      std::vector<size_t> near;
      std::vector<Index> rows;
      for (size_t s = 0; s < wide.size(); ++s) {
        for (size_t b = 0; b < components; ++b)
          shapes.scores[(u * count + wide[s]) * components + b] = static_cast<float>(scores(index(s), index(b)));
        shapes.live[u * count + wide[s]] = unit.live[s];
        if (std::abs(sites.y(wide[s]) - depthsUm[u]) >= sitesUm) continue;
        near.push_back(wide[s]);
        rows.push_back(index(s));
      }
      const size_t peak = static_cast<size_t>(peaks[u]);
      unit.read(u, std::span(&peak, 1));
      shapes.logAmplitudes[u] = std::log(unit.amplitudes[0]);

      const auto& across = columns.at(unitShanks[u]);
      std::vector<ProbePoint> from, to;
      for (const size_t c : near) from.push_back({sites.x(c), sites.y(c)});
      for (size_t d = 0; d < depthCount; ++d)
        for (const double x : across) to.push_back({x, depthsUm[u] - reachUm + stepUm * static_cast<double>(d)});
      RowMatrix local(index(near.size()), index(components));
      for (size_t k = 0; k < near.size(); ++k) local.row(index(k)) = scores.row(rows[k]);
      aligned.setZero();
      const RowMatrix found = interpolationWeights(from, to) * local;
      for (size_t d = 0; d < depthCount; ++d)
        aligned.middleRows(index(d * columnCount), index(across.size())) =
            found.middleRows(index(d * across.size()), index(across.size()));
      slope = aligned * derivative;
      spread = aligned.rowwise().norm();
      toUnitNorm(aligned, shapes.aligned.data() + u * places * components);
      toUnitNorm(slope, shapes.alignedSlope.data() + u * places * components);
      toUnitNorm(spread, shapes.spread.data() + u * places);
    }
  });
  return shapes;
}

} // namespace dant
