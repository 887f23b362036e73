#pragma once
#include "core/clustering/weight_learning.h"
#include "core/job/job.h"
#include "core/matching/calibration.h"

#include <span>
#include <vector>

namespace dant {

struct PairModelInput {
  std::span<const double> vectors; ///< (n, dimensions) all that describes a unit, its corrected depth included
  size_t dimensions = 0;
  std::span<const int32_t> sessions; ///< (n) from 1
  std::span<const UnitPair> nearby;  ///< the pairs to judge
  std::span<const UnitPair> first;   ///< pairs of different sessions that are likely matches, to begin with
};

struct PairModel {
  std::vector<float> logOdds; ///< of the nearby pairs
  Calibration calibration;
  size_t learnedFrom = 0; ///< matches that the variation within neurons was learned from
  size_t dimensions = 0;  ///< of the vectors that vary
};

/// Probabilistic linear discriminant analysis (Ioffe 2006), learned from the recording itself: a neuron is a point, its
/// units lie around it with the covariance W, found from pairs that are mutual best matches; W shrunk towards its
/// diagonal by dimensions/(dimensions + matches). In coordinates where W is 1 and the covariance of neurons is
/// diagonal, λ, the log likelihood ratio of "one neuron" to "two neurons" of units x and y, δ = (x − y)/√2, σ = (x +
/// y)/√2, is
///   t(|δ|²) − t(Σ δ²/(1 + λ)) + ½ Σ ln((1 + λ)²/(1 + 2λ)) + clip(½ Σ σ²/(1 + λ) − ½ Σ σ²/(1 + 2λ), ±40),
/// t(q) = −½(ν + D) ln(1 + q/ν), ν = 20: Student's distribution instead of the normal one, as now and then a unit
/// changes more than others. Ratios are calibrated (see `calibrate`), and the matches are chosen anew, four times.
/// Without usable vectors or first matches, all log odds are those of "certainly different".
PairModel learnPairModel(const Job& job, const PairModelInput& input);

} // namespace dant
