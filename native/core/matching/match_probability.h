#pragma once
#include "core/job/job.h"
#include "core/matching/common_frame.h"
#include "core/matching/match_candidates.h"
#include "core/matching/pair_features.h"

#include <span>
#include <vector>

namespace dant {

struct MatchInput {
  std::span<const int32_t> sessions; ///< (n) from 1
  std::span<const uint8_t> usable;   ///< (n) 0: in no candidate
  FramedUnits framed;
  UnitTraits traits;
  std::span<const double> embedding;         ///< (n, D) each column with mean 0 and variance 1
  size_t dimensions = 0;                     ///< D
  std::span<const UnitPair> split;           ///< units of one session that are one neuron
  std::span<const UnitPair> linkedSessions;  ///< (L) the smaller one first, from 1
  std::span<const double> expectedMatches;   ///< (L) matches that the pairs' displacement shows, over chance
  std::span<const UnitPair> seeds;           ///< (M) likely matches of linked sessions, to begin with
  std::span<const double> seedProbabilities; ///< (M)
  double maxDistanceUm = 40;
  bool isRough = false; ///< a first look: the score on the features alone, calibrated
};

struct MatchProbabilities {
  DecoyKind decoyKind = DecoyKind::displaced;
  std::vector<UnitPair> pairs; ///< (P) the candidates, the smaller unit first
  std::vector<float> logOdds;  ///< (P) that they are one neuron: the two, their rivals, and the decoys considered
  std::vector<float> scores;   ///< (P) the same before calibration
  /// (D) scores of decoys, and how many wrong candidates among the targets each of them stands for
  std::vector<float> decoyScores, decoyWeights;
};

/// Probabilities that candidates of linked sessions are one neuron, learned from the recording: the score by
/// expectation maximisation (`MatchScore`) on the features of the pairs; then twice with `whitenedLikeness`, which is
/// learned from the confident ones; then with the margin over the best rival; and at last calibrated on the decoys
/// (`calibrateOnDecoys`). Where fewer than 200 displaced decoys can be found, those of the whole probe are taken; where
/// these are fewer than 100, pairs of one session.
MatchProbabilities matchProbabilities(const Job& job, const ProbeSites& sites, const MatchInput& input);

} // namespace dant
