#pragma once
#include "core/job/job.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Pairs of units that are likely one neuron (M).
struct WeightedMatches {
  std::span<const int32_t> sessionA, sessionB;  ///< from 0
  std::span<const double> depthAUm, depthBUm;   ///< as recorded
  std::span<const double> weights;              ///< 0 … 1
  std::span<const int32_t> component;           ///< (S) sessions with equal numbers are connected
  double centreUm = 0;                          ///< the depth about which slopes turn
  std::span<const double> startUm, startSlopes; ///< (S) where the search starts
};

/// Motion that is a line in depth: of a unit at depth d in session s, shift[s] + slope[s]·(d − centre)/1000.
struct SessionMotion {
  std::vector<double> shiftsUm;    ///< (S) mean 0 over the sessions of each component
  std::vector<double> slopes;      ///< (S) µm per mm, the same
  std::vector<double> halfWidthUm; ///< (S) half of the 95 % interval, at the worst depth of the matches; NaN: not known
};

/// Robust least squares over all matches, of shift and slope of the second session less those of the first against the
/// difference of the depths: 15 rounds with weights w/(1 + (r/5 µm)²)², and slopes drawn to 0 as by a normal prior of
/// 10 µm/mm. Intervals are from the scatter between slices of 100 µm of depth, which stands for what the matches of a
/// neuron or a region have in common (sandwich estimator, Student's t).
SessionMotion fitSessionMotion(const Job& job, const WeightedMatches& matches);

} // namespace dant
