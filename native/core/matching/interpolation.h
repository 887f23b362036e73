#pragma once
#include "core/matching/probe_sites.h"

#include <Eigen/Core>
#include <span>

namespace dant {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct ProbePoint {
  double x, y; ///< µm
};

/// Kriging with a Gaussian kernel of 25 µm and the noise of 2 % of the variance at each site: the weights (targets,
/// sites) with which the values at `sites` give those at `targets`,  K(targets, sites)·(K(sites, sites) + 0.02·I)⁻¹.
RowMatrix interpolationWeights(std::span<const ProbePoint> sites, std::span<const ProbePoint> targets);

} // namespace dant
