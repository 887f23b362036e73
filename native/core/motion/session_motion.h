#pragma once
#include "core/job/job.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Pairs of units that are likely one neuron (M).
struct WeightedMatches {
  std::span<const int32_t> unitA, unitB;       ///< any numbers from 0; matches that share units are one neuron's
  std::span<const int32_t> sessionA, sessionB; ///< from 0
  std::span<const double> depthAUm, depthBUm;  ///< as recorded
  std::span<const double> weights;             ///< 0 … 1
  std::span<const int32_t> component;          ///< (S) sessions with equal numbers are connected
};

/// A curve in depth for each session (S): at v mm above `centreUm`, shift + slope·v + bend·v² (µm).
struct SessionCurves {
  std::vector<double> shiftsUm, slopes, bends;
};

struct SessionMotionOptions {
  double centreUm = 0;
  size_t terms = 2;    ///< 1: shifts; 2: and slopes; 3: and bends
  double scaleUm = 40; ///< residuals much larger than this do not count
};

struct SessionMotion {
  SessionCurves curves;            ///< mean 0 over the sessions of each component, at every depth
  std::vector<double> halfWidthUm; ///< (S) half of the 95 % interval, over the depths of the matches; NaN: not known
};

/// Robust least squares of the differences of depth of all matches (weights w/(1 + (r/scale)²)², a neuron that is in n
/// sessions counts n − 1 times), slopes and bends drawn to 0 as far as this recording's are small (motion_shrinkage.h),
/// and intervals from the scatter between neurons (motion_fit.h; Student's t).
/// @param start where the search starts
SessionMotion fitSessionMotion(const Job& job, const WeightedMatches& matches, const SessionCurves& start,
                               const SessionMotionOptions& options);

} // namespace dant
