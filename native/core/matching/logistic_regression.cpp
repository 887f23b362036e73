#include "core/matching/logistic_regression.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace dant {

namespace {

constexpr double ridge = 1, constantRidge = 1e-6, steepest = 30;
constexpr int mostHalvings = 12;
/// Steps so short need no check, and none after them.
constexpr double smallStep = 0.25, noStep = 1e-6;
constexpr Eigen::Index block = 256;

class Regression {
public:
  explicit Regression(const WeightedExamples& examples)
      : examples_(examples), columns_(static_cast<Eigen::Index>(examples.columns)),
        rows_(static_cast<Eigen::Index>(examples.rows.size()), columns_ + 1), weighted_(block, columns_ + 1) {
    for (Eigen::Index r = 0; r < rows_.rows(); ++r) {
      const float* from = examples.rows[static_cast<size_t>(r)];
      for (Eigen::Index c = 0; c < columns_; ++c) rows_(r, c) = static_cast<double>(from[c]);
      rows_(r, columns_) = 1;
    }
  }

  /// Penalised log likelihood.
  double objective(const Eigen::VectorXd& coefficients) const {
    double sum = -0.5 * (ridge * coefficients.head(columns_).squaredNorm() +
                         constantRidge * coefficients[columns_] * coefficients[columns_]);
    const Eigen::VectorXd linear = rows_ * coefficients;
    for (size_t e = 0; e < examples_.rows.size(); ++e) {
      const double value = linear[static_cast<Eigen::Index>(e)];
      const double softplus = std::max(value, 0.0) + std::log1p(std::exp(-std::abs(value)));
      sum += examples_.weights[e] * (examples_.positive[e] * value - softplus);
    }
    return sum;
  }

  /// Newton's step. Coefficients at 0 that would fall stay there.
  Eigen::VectorXd step(const Eigen::VectorXd& coefficients) {
    Eigen::VectorXd gradient = -ridge * coefficients;
    gradient[columns_] = -constantRidge * coefficients[columns_];
    Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(columns_ + 1, columns_ + 1);
    hessian.diagonal().setConstant(ridge);
    hessian(columns_, columns_) = constantRidge;
    for (Eigen::Index first = 0; first < rows_.rows(); first += block) {
      const Eigen::Index size = std::min(block, rows_.rows() - first);
      const auto rows = rows_.middleRows(first, size);
      const Eigen::VectorXd linear = rows * coefficients;
      Eigen::VectorXd pull(size), curvature(size);
      for (Eigen::Index r = 0; r < size; ++r) {
        const auto e = static_cast<size_t>(first + r);
        const double share = 1 / (1 + std::exp(-std::clamp(linear[r], -steepest, steepest)));
        pull[r] = examples_.weights[e] * (examples_.positive[e] - share);
        curvature[r] = examples_.weights[e] * share * (1 - share);
      }
      weighted_.topRows(size) = curvature.asDiagonal() * rows;
      gradient.noalias() += rows.transpose() * pull;
      hessian.triangularView<Eigen::Lower>() += rows.transpose() * weighted_.topRows(size);
    }
    for (Eigen::Index c = 0; c < columns_; ++c) {
      if (coefficients[c] > 0 || gradient[c] > 0) continue;
      hessian.row(c).setZero();
      hessian.col(c).setZero();
      hessian(c, c) = 1;
      gradient[c] = 0;
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
  const auto moved = [&](const Eigen::VectorXd& direction, double share) {
    Eigen::VectorXd candidate = coefficients + share * direction;
    candidate.head(columns) = candidate.head(columns).cwiseMax(0.0);
    return candidate;
  };
  for (int step = 0; step < steps; ++step) {
    const Eigen::VectorXd direction = regression.step(coefficients);
    if (!direction.allFinite()) return;
    const double length = direction.lpNorm<Eigen::Infinity>();
    if (length < smallStep) {
      coefficients = moved(direction, 1);
      if (length < noStep) return;
      continue;
    }
    // Where the two kinds hardly overlap, a whole step goes too far.
    const double reached = regression.objective(coefficients);
    double share = 1;
    int halving = 0;
    while (halving < mostHalvings && !(regression.objective(moved(direction, share)) >= reached)) {
      share /= 2;
      ++halving;
    }
    if (halving == mostHalvings) return;
    coefficients = moved(direction, share);
  }
}

} // namespace dant
