#include "core/motion/motion_shrinkage.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <vector>

namespace dant {

namespace {

using Index = Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int steps = 20;
constexpr double negligible = 1e-6;
/// To one, that there are no bends.
constexpr double oddsAgainstBends = 20;

/// Variances (terms − 1) that the slopes and the bends may have, and how likely that is.
struct Possibility {
  std::vector<double> variances;
  double logWeight;
};

std::vector<Possibility> possibilities(const std::vector<double>& largest) {
  const auto variance = [&](size_t term, int k) {
    const double deviation = largest[term] * (k + 0.5) / steps;
    return deviation * deviation;
  };
  std::vector<Possibility> all;
  for (int k = 0; k < steps; ++k) {
    if (largest.size() == 1) {
      all.push_back({{variance(0, k)}, 0});
      continue;
    }
    all.push_back({{variance(0, k), 0}, std::log(oddsAgainstBends * steps)});
    for (int l = 0; l < steps; ++l) all.push_back({{variance(0, k), variance(1, l)}, 0});
  }
  return all;
}

} // namespace

ShrunkCoefficients shrinkTerms(const Job& job, const VectorXd& coefficients, const MatrixXd& covariance,
                               const std::vector<double>& largest) {
  const auto terms = static_cast<Index>(largest.size()) + 1;
  if (terms < 2 || coefficients.size() == 0) return {coefficients, covariance};
  const Index q = coefficients.size() / terms, small = coefficients.size() - q;
  const VectorXd found = coefficients.tail(small);
  auto all = possibilities(largest);
  const auto total = [&](const Possibility& one) {
    MatrixXd sum = covariance.bottomRightCorner(small, small);
    for (Index t = 0; t + 1 < terms; ++t)
      sum.diagonal().segment(t * q, q).array() += one.variances[static_cast<size_t>(t)] + 1e-9;
    return sum;
  };
  double most = -INFINITY;
  for (auto& one : all) {
    job.throwIfAborted();
    const auto factor = total(one).llt();
    const double half = factor.matrixLLT().diagonal().array().log().sum();
    one.logWeight -= half + found.dot(factor.solve(found)) / 2;
    most = std::max(most, one.logWeight);
  }
  VectorXd mean = VectorXd::Zero(coefficients.size());
  MatrixXd squares = MatrixXd::Zero(coefficients.size(), coefficients.size());
  double sum = 0;
  for (const auto& one : all) {
    const double weight = std::exp(one.logWeight - most);
    if (weight < negligible) continue;
    job.throwIfAborted();
    const MatrixXd gain = total(one).llt().solve(covariance.bottomRows(small)).transpose();
    const VectorXd shrunk = coefficients - gain * found;
    mean += weight * shrunk;
    squares += weight * (covariance - gain * covariance.bottomRows(small) + shrunk * shrunk.transpose());
    sum += weight;
  }
  mean /= sum;
  return {mean, squares / sum - mean * mean.transpose()};
}

} // namespace dant
