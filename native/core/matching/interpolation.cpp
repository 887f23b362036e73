#include "core/matching/interpolation.h"

#include <Eigen/Cholesky>
#include <cmath>

namespace dant {

namespace {

constexpr double lengthUm = 25, noise = 0.02;

double kernel(const ProbePoint& a, const ProbePoint& b) {
  const double dx = a.x - b.x, dy = a.y - b.y;
  return std::exp(-(dx * dx + dy * dy) / (2 * lengthUm * lengthUm));
}

} // namespace

RowMatrix interpolationWeights(std::span<const ProbePoint> sites, std::span<const ProbePoint> targets) {
  const auto count = static_cast<Eigen::Index>(sites.size()), wanted = static_cast<Eigen::Index>(targets.size());
  if (count == 0 || wanted == 0) return RowMatrix::Zero(wanted, count);
  Eigen::MatrixXd covariance(count, count), cross(count, wanted);
  for (Eigen::Index a = 0; a < count; ++a) {
    for (Eigen::Index b = 0; b <= a; ++b)
      covariance(a, b) = kernel(sites[static_cast<size_t>(a)], sites[static_cast<size_t>(b)]);
    covariance(a, a) += noise;
    for (Eigen::Index t = 0; t < wanted; ++t)
      cross(a, t) = kernel(sites[static_cast<size_t>(a)], targets[static_cast<size_t>(t)]);
  }
  return covariance.selfadjointView<Eigen::Lower>().llt().solve(cross).transpose();
}

} // namespace dant
