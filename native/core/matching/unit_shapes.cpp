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
constexpr double reachUm = 80, stepUm = 20, sitesUm = 130;
constexpr size_t grain = 8;

using Index = Eigen::Index;
Index index(size_t value) { return static_cast<Index>(value); }

/// One unit's waveform (C, T) on the sites, less its offset.
class UnitWaveform {
public:
  UnitWaveform(const Waveforms& waveforms, std::span<const int32_t> channels)
      : waveforms_(waveforms), channels_(channels), scratch_(waveforms.size()),
        values(channels.size() * waveforms.samples), amplitudes(channels.size()), live(channels.size()) {}

  void read(size_t unit) {
    const size_t samples = waveforms_.samples;
    const double* from = waveforms_.read(unit, scratch_.data());
    const size_t baseline = std::max<size_t>(1, std::min(baselineSamples, samples / 10));
    for (size_t c = 0; c < channels_.size(); ++c) {
      const double* trace = from + static_cast<size_t>(channels_[c]) * samples;
      live[c] = std::any_of(trace, trace + samples, [](double v) { return v != 0; });
      const double offset = std::accumulate(trace, trace + baseline, 0.0) / static_cast<double>(baseline);
      for (size_t t = 0; t < samples; ++t) values[c * samples + t] = trace[t] - offset;
      const auto [low, high] = std::minmax_element(trace, trace + samples);
      amplitudes[c] = *high - *low;
    }
  }

  size_t peak() const {
    return static_cast<size_t>(std::max_element(amplitudes.begin(), amplitudes.end()) - amplitudes.begin());
  }

private:
  const Waveforms& waveforms_;
  std::span<const int32_t> channels_;
  std::vector<double> scratch_;

public:
  std::vector<double> values, amplitudes;
  std::vector<uint8_t> live;
};

/// (T, K) principal directions.
Eigen::MatrixXd temporalComponents(const Job& job, const Waveforms& waveforms, std::span<const int32_t> channels,
                                   size_t components) {
  const size_t samples = waveforms.samples, perUnit = std::min(largestPerUnit, channels.size());
  const size_t stride = std::max<size_t>(1, waveforms.count() * perUnit / mostRows);
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(index(samples), index(samples));
  UnitWaveform unit(waveforms, channels);
  std::vector<size_t> order(channels.size());
  size_t row = 0;
  for (size_t u = 0; u < waveforms.count(); ++u) {
    job.throwIfAborted();
    unit.read(u);
    const double amplitude = unit.amplitudes[unit.peak()];
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return unit.amplitudes[a] > unit.amplitudes[b]; });
    for (size_t k = 0; k < perUnit; ++k, ++row) {
      if (row % stride != 0 || amplitude == 0) continue;
      const Eigen::Map<const Eigen::VectorXd> trace(unit.values.data() + order[k] * samples, index(samples));
      gram.selfadjointView<Eigen::Lower>().rankUpdate(trace / amplitude);
    }
  }
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
                          std::span<const int32_t> unitShanks) {
  waveforms.check();
  const size_t n = waveforms.count(), count = sites.count();
  if (channels.size() != count || depthsUm.size() != n || unitShanks.size() != n || waveforms.samples < 2) {
    throw InputError("The sites, depths and shanks do not fit the units, or the waveforms have a single sample.");
  }
  for (const int32_t channel : channels)
    if (channel < 0 || static_cast<size_t>(channel) >= waveforms.channels)
      throw InputError("A site lies outside of the waveforms.");
  const size_t components = std::min(largestComponentCount, waveforms.samples - 1);
  const auto basis = temporalComponents(job, waveforms, channels, components);
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
  shapes.peaks.resize(n);
  shapes.logAmplitudes.resize(n);
  shapes.derivative.resize(components * components);
  Eigen::Map<RowMatrix>(shapes.derivative.data(), derivative.rows(), derivative.cols()) = derivative;

  parallelFor(job, (n + grain - 1) / grain, [&](size_t task) {
    UnitWaveform unit(waveforms, channels);
    RowMatrix scores, aligned = RowMatrix::Zero(index(places), index(components)), slope, spread;
    for (size_t u = task * grain; u < std::min(n, (task + 1) * grain); ++u) {
      job.throwIfAborted();
      unit.read(u);
      const Eigen::Map<const RowMatrix> traces(unit.values.data(), index(count), index(waveforms.samples));
      scores = traces * basis;
      std::transform(scores.data(), scores.data() + scores.size(), shapes.scores.data() + u * count * components,
                     [](double v) { return static_cast<float>(v); });
      std::copy(unit.live.begin(), unit.live.end(), shapes.live.begin() + static_cast<std::ptrdiff_t>(u * count));
      shapes.peaks[u] = static_cast<int32_t>(unit.peak());
      shapes.logAmplitudes[u] = std::log(unit.amplitudes[unit.peak()]);

      const auto& across = columns.at(unitShanks[u]);
      std::vector<ProbePoint> from, to;
      const auto near = sites.near(unitShanks[u], depthsUm[u], sitesUm);
      for (const size_t c : near) from.push_back({sites.x(c), sites.y(c)});
      for (size_t d = 0; d < depthCount; ++d)
        for (const double x : across) to.push_back({x, depthsUm[u] - reachUm + stepUm * static_cast<double>(d)});
      RowMatrix local(index(near.size()), index(components));
      for (size_t k = 0; k < near.size(); ++k) local.row(index(k)) = scores.row(index(near[k]));
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
