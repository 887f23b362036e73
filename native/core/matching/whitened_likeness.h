#pragma once
#include "core/job/job.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

struct WhitenedInput {
  std::span<const double> embedding; ///< (n, D) what describes a unit, each column with mean 0 and variance 1
  size_t dimensions = 0;
  std::span<const int32_t> i, j;         ///< (P)
  std::span<const uint8_t> isTarget;     ///< (P) otherwise a decoy
  std::span<const double> probabilities; ///< (P) of targets
  std::span<const uint8_t> folds;        ///< (P) below `foldCount`
};

inline constexpr size_t foldCount = 4;

/// Two columns (P, 2) that are learned from confident pairs (p > ½) of the other folds, each with mean 0 and variance 1
/// over the decoys:
///   −½(ν + D) ln(1 + dᵀW⁻¹d/ν) + ½ dᵀT⁻¹d,  ν = 20, d the difference of the units, W its covariance within neurons and
///   T
/// that of decoys: a log likelihood ratio, with Student's distribution for what varies within a neuron (after
/// probabilistic linear discriminant analysis, Ioffe 2006); and
///   √(sᵀT⁻¹s), s the sum of the units: how far they lie from the mean, as rare ones are less often alike by chance.
/// W is shrunk: to the correlations of T by as many pairs as dimensions, its variances to a common share of T's by 5.
/// Pairs of folds with fewer than 5 such pairs have zeros.
std::vector<float> whitenedLikeness(const Job& job, const WhitenedInput& input);

} // namespace dant
