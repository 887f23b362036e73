#pragma once
#include "core/job/job.h"
#include "core/matching/calibration.h"
#include "core/similarity/unit_pair.h"

#include <span>
#include <vector>

namespace dant {

struct PairModelInput {
  std::span<const double> vectors; ///< (n, dimensions) all that describes a unit, its corrected depth included
  size_t dimensions = 0;
  std::span<const int32_t> sessions; ///< (n) from 1
  std::span<const UnitPair> nearby;  ///< the pairs to assess
  std::span<const UnitPair> first;   ///< pairs of different sessions that are likely matches, to begin with
};

struct PairModel {
  std::vector<float> logOdds; ///< of the nearby pairs
  size_t learnedFrom = 0; ///< matches that the variation within neurons was learned from; 0: nothing could be learned
  std::vector<double> vectors;         ///< (n, D) the units in the coordinates of `NeuronEvidence`
  std::vector<double> betweenVariance; ///< (D) λ
};

/// Probability of each nearby pair to be one neuron, learned from the recording itself. The covariance W of the units
/// of a neuron is found from pairs that are mutual best matches, and shrunk towards its diagonal by
/// dimensions/(dimensions + matches); it gives the coordinates of `NeuronEvidence`. Its log likelihood ratios are
/// calibrated (see `calibrate`), and the matches are chosen again, four times. Without usable vectors or first matches,
/// all log odds are those of "certainly different".
PairModel learnPairModel(const Job& job, const PairModelInput& input);

} // namespace dant
