#pragma once
#include "core/job/job.h"
#include "core/motion/motion.h"

#include <vector>

namespace dant {

/// Probe motion as a function of depth: linear between knots; with one knot, rigid. The ends are where the first and
/// last match is.
struct MotionProfile {
  std::vector<double> knotDepthsUm; ///< (K), increasing
  std::vector<double> shiftsUm;     ///< (S, K), mean 0 over the sessions of a component at each knot
  std::vector<double> halfWidthUm;  ///< (S, K) half of the 95 % interval
  std::vector<int32_t> component;   ///< (S) sessions with equal numbers are connected by matches
};

struct MotionProfileOptions {
  double maxShiftUm = 300; ///< largest motion between two sessions
  int maxKnots = 9;        ///< 1: rigid, 2: linear in depth
};

/// Motion from matches of which many may be wrong. For each pair of sessions the mode of the depth differences
/// (Gaussian density, 6 µm) is found and matches farther than 40 µm from it are left out; then one robust fit over all
/// pairs of sessions (weights 1/(1 + (r/5 µm)²)², iterated) gives p(s_b, d) − p(s_a, d) = depth_b − depth_a, d the mean
/// depth. The number of knots out of 1, 2, 3, 5, 9 is the smallest whose cross-validated error is within one standard
/// error of the best, slices of 100 µm of depth being held out together.
MotionProfile fitMotionProfile(const Job& job, const MatchedDepths& matches, const MotionProfileOptions& options);

} // namespace dant
