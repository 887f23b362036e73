#include "core/features/monopole.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <vector>

namespace dant {

namespace {

using Vector = Eigen::Vector3d;
using Matrix = Eigen::Matrix3d;

constexpr double maxLateralUm = 100;
constexpr double minDistanceUm = 1;
constexpr double maxDistanceUm = 1000;
constexpr double maxAmplitudeRatio = 1000; // amplitude limit (µm) for a largest peak-to-trough amplitude of 1

/// Sum of squared residuals p − a/r as a function of the position u alone: the best amplitude a of each position is
/// known in closed form (variable projection).
class ProjectedCost {
public:
  ProjectedCost(std::span<const double> channelX, std::span<const double> channelY, std::span<const double> p)
      : x_(channelX), y_(channelY), p_(p), w_(p.size()) {}

  double evaluate(const Vector& u) {
    double pw = 0;
    double ww = 0;
    for (size_t c = 0; c < p_.size(); ++c) {
      w_[c] = 1 / offset(u, c).norm();
      pw += p_[c] * w_[c];
      ww += w_[c] * w_[c];
    }
    amplitude_ = std::min(pw / ww, maxAmplitudeRatio);
    double cost = 0;
    for (size_t c = 0; c < p_.size(); ++c) {
      const double residual = p_[c] - amplitude_ * w_[c];
      cost += residual * residual;
    }
    return cost;
  }

  /// The best amplitude at the position evaluated last.
  double amplitude() const { return amplitude_; }

  struct Derivatives {
    Vector gradient = Vector::Zero();
    Matrix hessian = Matrix::Zero();
    Vector scale = Vector::Zero(); ///< diagonal of the Gauss–Newton approximation of the Hessian
  };

  /// At u, the position evaluated last.
  Derivatives differentiate(const Vector& u) const {
    Derivatives at;
    const double a = amplitude_;
    // ∂²cost/∂u∂a, apart into what products of first derivatives and what second derivatives contribute.
    Vector mixedFirst = Vector::Zero();
    Vector mixedSecond = Vector::Zero();
    double ww = 0;
    for (size_t c = 0; c < p_.size(); ++c) {
      const Vector d = offset(u, c);
      const double w = w_[c];
      const double w3 = w * w * w;
      const double residual = p_[c] - a * w;
      at.gradient += 2 * a * residual * w3 * d;
      at.hessian += (2 * a * w3 * w * w * (a * w - 3 * residual)) * d * d.transpose();
      at.hessian.diagonal().array() += 2 * a * residual * w3;
      at.scale += 2 * a * a * w3 * w3 * d.cwiseAbs2();
      mixedFirst -= 2 * a * w * w3 * d;
      mixedSecond += 2 * residual * w3 * d;
      ww += w * w;
    }
    // The amplitude follows the position, unless it is held at its limit.
    if (a < maxAmplitudeRatio) {
      const Vector mixed = mixedFirst + mixedSecond;
      at.hessian -= mixed * mixed.transpose() / (2 * ww);
      at.scale -= mixedFirst.cwiseAbs2() / (2 * ww);
    }
    return at;
  }

private:
  Vector offset(const Vector& u, size_t c) const { return {u[0] - x_[c], u[1] - y_[c], u[2]}; }

  std::span<const double> x_, y_, p_;
  std::vector<double> w_; ///< 1/r per channel at the position evaluated last
  double amplitude_ = 0;
};

/// Minimum of the cost between the bounds, downhill from `u`: Newton's method, damped like Levenberg–Marquardt until
/// the step lowers the cost. Variables at a bound that the cost falls beyond are held there.
Vector minimise(ProjectedCost& function, Vector u, const Vector& lower, const Vector& upper) {
  constexpr int maxSteps = 200;
  double damping = 1e-3;
  for (int count = 0; count < maxSteps; ++count) {
    const double cost = function.evaluate(u);
    auto [gradient, hessian, scale] = function.differentiate(u);
    for (int i = 0; i < 3; ++i) {
      if ((u[i] <= lower[i] && gradient[i] > 0) || (u[i] >= upper[i] && gradient[i] < 0)) {
        gradient[i] = 0;
        hessian.row(i).setZero();
        hessian.col(i).setZero();
        hessian(i, i) = 1;
      }
    }
    // Not 0 where the cost does not depend on the position, as with a single channel.
    scale = scale.cwiseMax(1e-12);
    for (;; damping *= 4) {
      if (damping > 1e100) return u; // never, unless positions are so far apart that their squares overflow
      const Eigen::LLT<Matrix> factor(hessian + Matrix((damping * scale).asDiagonal()));
      if (factor.info() != Eigen::Success) continue;
      const Vector step = factor.solve(-gradient);
      const double promised = -gradient.dot(step);
      if (promised <= 1e-12 * cost + 1e-24) return u;
      const Vector next = (u + step).cwiseMax(lower).cwiseMin(upper);
      if (function.evaluate(next) < cost) {
        u = next;
        break;
      }
    }
    damping = std::max(damping / 10, 1e-12);
  }
  return u;
}

} // namespace

Monopole fitMonopole(std::span<const double> channelX, std::span<const double> channelY,
                     std::span<const double> peakToTrough, double startX, double startY) {
  const double largest = *std::max_element(peakToTrough.begin(), peakToTrough.end());
  if (largest == 0) return {startX, startY, minDistanceUm, 0};
  // In units of the largest amplitude, so that no scale of the recording can overflow.
  std::vector<double> p(peakToTrough.begin(), peakToTrough.end());
  for (double& value : p) value /= largest;

  ProjectedCost cost(channelX, channelY, p);
  const Vector start(startX, startY, minDistanceUm);
  const Vector lower(startX - maxLateralUm, startY - maxLateralUm, minDistanceUm);
  const Vector upper(startX + maxLateralUm, startY + maxLateralUm, maxDistanceUm);
  const Vector u = minimise(cost, start, lower, upper);
  cost.evaluate(u);
  return {u[0], u[1], u[2], cost.amplitude() * largest};
}

} // namespace dant
