#include "core/matching/aligned_waveforms.h"

#include "core/correction/kriging.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <set>

namespace dant {

namespace {

constexpr size_t largestColumnCount = 8, largestBasis = 5;
constexpr double farUm = 400; // e^(−400/30) is nothing

size_t basisSize(size_t samples) { return std::min(largestBasis, samples); }

/// (samples, basisSize): principal directions of the waveforms at the units' peak channels.
std::vector<double> temporalBasis(const Job& job, const Waveforms& waveforms, std::span<const int32_t> peakChannels) {
  const auto samples = static_cast<Eigen::Index>(waveforms.samples);
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(samples, samples);
  std::vector<double> scratch(waveforms.size());
  for (size_t i = 0; i < waveforms.count(); ++i) {
    job.throwIfAborted();
    const double* waveform = waveforms.read(i, scratch.data());
    const Eigen::Map<const Eigen::VectorXd> peak(waveform + static_cast<size_t>(peakChannels[i]) * waveforms.samples,
                                                 samples);
    gram.selfadjointView<Eigen::Lower>().rankUpdate(peak);
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> directions(gram);
  const auto size = static_cast<Eigen::Index>(basisSize(waveforms.samples));
  const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> leading =
      directions.eigenvectors().rightCols(size).rowwise().reverse();
  return {leading.data(), leading.data() + leading.size()};
}

} // namespace

std::vector<double> alignedColumns(std::span<const double> locationsUm) {
  std::set<double> distinct;
  for (size_t c = 0; c < locationsUm.size(); c += 2) distinct.insert(locationsUm[c]);
  std::vector<double> columns(distinct.begin(), distinct.end());
  if (columns.size() <= largestColumnCount) return columns;
  const double first = columns.front(), step = (columns.back() - first) / (largestColumnCount - 1);
  columns.resize(largestColumnCount);
  for (size_t k = 0; k < largestColumnCount; ++k) columns[k] = first + static_cast<double>(k) * step;
  return columns;
}

size_t alignedLength(std::span<const double> locationsUm, size_t samples) {
  const auto depths = static_cast<size_t>(2 * alignedReachUm / alignedStepUm) + 1;
  return depths * alignedColumns(locationsUm).size() * basisSize(samples);
}

void alignWaveforms(const Job& job, const Waveforms& waveforms, std::span<const double> locationsUm,
                    std::span<const double> depthsUm, std::span<const int32_t> peakChannels,
                    std::span<double> aligned) {
  waveforms.check();
  const size_t count = waveforms.count(), channels = waveforms.channels, samples = waveforms.samples;
  const size_t length = alignedLength(locationsUm, samples), size = basisSize(samples);
  if (depthsUm.size() != count || peakChannels.size() != count || aligned.size() != count * length) {
    throw InputError("The depths, peak channels and aligned waveforms do not fit the number of units.");
  }
  for (const int32_t peak : peakChannels) {
    if (peak < 0 || static_cast<size_t>(peak) >= channels) throw InputError("A peak channel lies outside the probe.");
  }
  const auto columns = alignedColumns(locationsUm);
  const Kriging<double> kriging(locationsUm);
  const auto basis = temporalBasis(job, waveforms, peakChannels);

  constexpr size_t grain = 16;
  parallelFor(job, (count + grain - 1) / grain, [&](size_t task) {
    std::vector<double> scratch(waveforms.size()), projected(channels * size), states(kriging.states() * size);
    std::vector<double> weights(channels * size);
    for (size_t i = task * grain; i < std::min(count, (task + 1) * grain); ++i) {
      job.throwIfAborted();
      const double* waveform = waveforms.read(i, scratch.data());
      std::fill(projected.begin(), projected.end(), 0.0);
      for (size_t c = 0; c < channels; ++c) {
        for (size_t t = 0; t < samples; ++t) {
          for (size_t b = 0; b < size; ++b) projected[c * size + b] += waveform[c * samples + t] * basis[t * size + b];
        }
      }
      kriging.solve(projected.data(), size, states.data(), weights.data());
      double* to = aligned.data() + i * length;
      std::fill_n(to, length, 0.0);
      for (double offset = -alignedReachUm; offset <= alignedReachUm; offset += alignedStepUm) {
        for (const double x : columns) {
          for (size_t c = 0; c < channels; ++c) {
            const double away = std::abs(depthsUm[i] + offset - locationsUm[2 * c + 1]);
            if (away > farUm) continue;
            const double falloff =
                std::exp(-away / krigingLengthYUm - std::abs(x - locationsUm[2 * c]) / krigingLengthXUm);
            const double* from = weights.data() + kriging.rowOf(c) * size;
            for (size_t b = 0; b < size; ++b) to[b] += falloff * from[b];
          }
          to += size;
        }
      }
    }
  });
}

} // namespace dant
