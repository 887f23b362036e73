#include "core/matching/logistic_regression.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace dant {

namespace {

constexpr double ridge = 1, constantRidge = 1e-6, steepest = 30;
constexpr int mostHalvings = 12;
constexpr Eigen::Index block = 256;

class Regression {
public:
  explicit Regression(const WeightedExamples& examples)
      : examples_(examples), columns_(static_cast<Eigen::Index>(examples.columns)),
        rows_(block, columns_ + 1), weighted_(block, columns_ + 1) {}

  /// Penalised log likelihood.
  double objective(const Eigen::VectorXd& coefficients) const {
    double sum = -0.5 * (ridge * coefficients.head(columns_).squaredNorm() +
                         constantRidge * coefficients[columns_] * coefficients[columns_]);
    for (size_t e = 0; e < examples_.rows.size(); ++e) {
      double linear = coefficients[columns_];
      for (Eigen::Index c = 0; c < columns_; ++c) linear += coefficients[c] * static_cast<double>(examples_.rows[e][c]);
      const double toRight = examples_.isPositive[e] ? linear : -linear;
      // ln of 1/(1 + e^−x), where e^−x may be too large.
      sum += examples_.weights[e] * (toRight < -steepest ? toRight : -std::log1p(std::exp(-toRight)));
    }
    return sum;
  }

  /// Newton's step.
  Eigen::VectorXd step(const Eigen::VectorXd& coefficients) {
    Eigen::VectorXd gradient = -ridge * coefficients;
    gradient[columns_] = -constantRidge * coefficients[columns_];
    Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(columns_ + 1, columns_ + 1);
    hessian.diagonal().setConstant(ridge);
    hessian(columns_, columns_) = constantRidge;
    const auto count = static_cast<Eigen::Index>(examples_.rows.size());
    for (Eigen::Index first = 0; first < count; first += block) {
      const Eigen::Index size = std::min(block, count - first);
      for (Eigen::Index r = 0; r < size; ++r) {
        const float* from = examples_.rows[static_cast<size_t>(first + r)];
        for (Eigen::Index c = 0; c < columns_; ++c) rows_(r, c) = static_cast<double>(from[c]);
        rows_(r, columns_) = 1;
      }
      const Eigen::VectorXd linear = rows_.topRows(size) * coefficients;
      Eigen::VectorXd pull(size);
      for (Eigen::Index r = 0; r < size; ++r) {
        const auto e = static_cast<size_t>(first + r);
        const double share = 1 / (1 + std::exp(-std::clamp(linear[r], -steepest, steepest)));
        pull[r] = examples_.weights[e] * ((examples_.isPositive[e] ? 1.0 : 0.0) - share);
        weighted_.row(r) = rows_.row(r) * (examples_.weights[e] * share * (1 - share));
      }
      gradient.noalias() += rows_.topRows(size).transpose() * pull;
      hessian.triangularView<Eigen::Lower>() += rows_.topRows(size).transpose() * weighted_.topRows(size);
    }
    return hessian.selfadjointView<Eigen::Lower>().ldlt().solve(gradient);
  }

private:
  const WeightedExamples& examples_;
  Eigen::Index columns_;
  Eigen::MatrixXd rows_, weighted_;
};

} // namespace

void fitLogistic(const WeightedExamples& examples, int steps, Eigen::VectorXd& coefficients) {
  const auto columns = static_cast<Eigen::Index>(examples.columns);
  Regression regression(examples);
  double reached = regression.objective(coefficients);
  for (int step = 0; step < steps; ++step) {
    const Eigen::VectorXd direction = regression.step(coefficients);
    double share = 1, best = reached;
    Eigen::VectorXd next = coefficients;
    // Where the two kinds hardly overlap, a whole step goes too far.
    for (int halving = 0; halving < mostHalvings; ++halving, share /= 2) {
      Eigen::VectorXd candidate = coefficients + share * direction;
      candidate.head(columns) = candidate.head(columns).cwiseMax(0.0);
      best = regression.objective(candidate);
      if (!(best >= reached)) continue;
      next = std::move(candidate);
      break;
    }
    if (!(best >= reached)) return;
    const bool isDone = best - reached < 1e-9 * std::abs(reached);
    reached = best;
    coefficients = std::move(next);
    if (isDone) return;
  }
}

} // namespace dant
