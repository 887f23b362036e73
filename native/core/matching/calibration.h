#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Probability that two units are the same neuron, from their log likelihood ratio L:
/// ln odds = slope·L + offset + (crossPrior | samePrior).
struct Calibration {
  double slope = 0, offset = 0;
  double crossPrior = 0; ///< ln odds that two nearby units of different sessions are the same neuron
  double samePrior = 0;  ///< the same for two units of one session: a neuron that the sorter split

  double logOdds(double ratio, bool sameSession) const;
};

/// Learns the calibration without knowing who is who. Nearby pairs of one session show how L is distributed among
/// different neurons, f₀; if L is informative, f₁ = f₀·exp(slope·L + offset) among pairs of one neuron (exponential
/// tilting). With shares π and ρ of such pairs, a pair of given L is of different sessions with odds
///   (n₁/n₀)·(1 − π + π e^{slope·L + offset}) / (1 − ρ + ρ e^{slope·L + offset}),
/// whose likelihood is maximised together with weak priors, which decide where the two kinds of pairs do not overlap.
Calibration calibrate(std::span<const double> ratios, std::span<const uint8_t> sameSession);

} // namespace dant
