#include "core/matching/whitened_likeness.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>

namespace dant {

namespace {

constexpr double freedom = 20, fewestPairs = 5, variancePairs = 5;
constexpr size_t grain = 4096;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Index = Eigen::Index;

/// (n, D) rows x·L⁻ᵀ, whose differences have |·|² = dᵀ·covariance⁻¹·d.
RowMajor whitened(const Eigen::Ref<const RowMajor>& rows, Eigen::MatrixXd covariance) {
  // Directions in which nothing varies must not divide by zero.
  covariance.diagonal() *= 1 + 1e-9;
  covariance.diagonal().array() += 1e-9;
  const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
  return factor.matrixL().solve(rows.transpose()).transpose();
}

class Whitening {
public:
  explicit Whitening(const WhitenedInput& input)
      : input_(input), dimensions_(static_cast<Index>(input.dimensions)),
        rows_(input.embedding.data(), static_cast<Index>(input.embedding.size() / input.dimensions), dimensions_) {}

  Index unitI(size_t p) const { return input_.i[p]; }
  Index unitJ(size_t p) const { return input_.j[p]; }
  const Eigen::Map<const RowMajor>& rows() const { return rows_; }

  /// Mean of d·dᵀ over the pairs with a weight; `total` is the sum of the weights.
  template <class Weight> Eigen::MatrixXd covariance(const Job& job, Weight weight, double& total) const {
    constexpr Index block = 512;
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(dimensions_, dimensions_);
    RowMajor differences(block, dimensions_);
    Index filled = 0;
    total = 0;
    const auto flush = [&] {
      sum.noalias() += differences.topRows(filled).transpose() * differences.topRows(filled);
      filled = 0;
      job.throwIfAborted();
    };
    for (size_t p = 0; p < input_.i.size(); ++p) {
      const double w = weight(p);
      if (w <= 0) continue;
      total += w;
      differences.row(filled++) = std::sqrt(w) * (rows_.row(unitI(p)) - rows_.row(unitJ(p)));
      if (filled == block) flush();
    }
    flush();
    return sum / std::max(total, 1e-300);
  }

private:
  const WhitenedInput& input_;
  Index dimensions_;
  Eigen::Map<const RowMajor> rows_;
};

/// The covariance within neurons, of `pairs` pairs, made firm by that of decoys.
Eigen::MatrixXd shrunk(const Eigen::MatrixXd& within, double pairs, const Eigen::MatrixXd& decoys) {
  const auto dimensions = static_cast<double>(within.rows());
  const Eigen::ArrayXd decoyVariance = decoys.diagonal().array().max(1e-12);
  const double ratio = (within.diagonal().array() / decoyVariance).mean();
  const Eigen::ArrayXd variance =
      (pairs * within.diagonal().array() + variancePairs * ratio * decoyVariance) / (pairs + variancePairs);
  const Eigen::VectorXd scale = (variance / decoyVariance).sqrt().matrix();
  const Eigen::MatrixXd prior = scale.asDiagonal() * decoys * scale.asDiagonal();
  return (pairs * within + dimensions * prior) / (pairs + dimensions);
}

void standardise(std::vector<float>& values, std::span<const uint8_t> isTarget, std::span<const uint8_t> known) {
  for (size_t column = 0; column < 2; ++column) {
    double count = 0, sum = 0, squares = 0;
    for (size_t p = 0; p < isTarget.size(); ++p) {
      if (isTarget[p] || !known[p]) continue;
      ++count;
      sum += static_cast<double>(values[2 * p + column]);
    }
    const double mean = count > 0 ? sum / count : 0;
    for (size_t p = 0; p < isTarget.size(); ++p)
      if (!isTarget[p] && known[p]) squares += (values[2 * p + column] - mean) * (values[2 * p + column] - mean);
    const double deviation = std::max(std::sqrt(squares / std::max(count, 1.0)), 1e-9);
    for (size_t p = 0; p < isTarget.size(); ++p)
      values[2 * p + column] = known[p] ? static_cast<float>((values[2 * p + column] - mean) / deviation) : 0.0F;
  }
}

} // namespace

std::vector<float> whitenedLikeness(const Job& job, const WhitenedInput& input) {
  const size_t count = input.i.size();
  std::vector<float> values(2 * count);
  if (input.dimensions == 0 || count == 0) return values;
  const Whitening whitening(input);
  double decoyCount = 0;
  // A part of them, evenly, says enough.
  size_t decoys = 0, seen = 0;
  for (size_t p = 0; p < count; ++p) decoys += !input.isTarget[p];
  const size_t stride = decoys / 50000 + 1;
  const Eigen::MatrixXd ofDecoys = whitening.covariance(
      job, [&](size_t p) { return !input.isTarget[p] && seen++ % stride == 0 ? 1.0 : 0.0; }, decoyCount);
  if (decoyCount == 0) return values;
  const RowMajor far = whitened(whitening.rows(), ofDecoys);
  std::vector<RowMajor> near(foldCount);
  parallelFor(job, foldCount, [&](size_t fold) {
    double pairs = 0;
    const Eigen::MatrixXd within = whitening.covariance(
        job,
        [&](size_t p) {
          const bool isConfident = input.isTarget[p] && input.folds[p] != fold && input.probabilities[p] > 0.5;
          return isConfident ? input.probabilities[p] : 0;
        },
        pairs);
    if (pairs >= fewestPairs) near[fold] = whitened(whitening.rows(), shrunk(within, pairs, ofDecoys));
  });
  std::vector<uint8_t> known(count);
  const auto dimensions = static_cast<double>(input.dimensions);
  parallelFor(job, (count + grain - 1) / grain, [&](size_t task) {
    job.throwIfAborted();
    for (size_t p = task * grain; p < std::min(count, (task + 1) * grain); ++p) {
      const auto& within = near[input.folds[p]];
      if (within.size() == 0) continue;
      known[p] = 1;
      const Index i = whitening.unitI(p), j = whitening.unitJ(p);
      const double q = (within.row(i) - within.row(j)).squaredNorm(), t = (far.row(i) - far.row(j)).squaredNorm();
      values[2 * p] = static_cast<float>(-0.5 * (freedom + dimensions) * std::log1p(q / freedom) + 0.5 * t);
      values[2 * p + 1] = static_cast<float>((far.row(i) + far.row(j)).norm());
    }
  });
  standardise(values, input.isTarget, known);
  return values;
}

} // namespace dant
