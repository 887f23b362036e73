#pragma once
#include "core/job/job.h"
#include "core/matching/match_candidates.h"
#include "core/matching/rivals.h"

#include <span>
#include <vector>

namespace dant {

/// A score for candidates: f₁/f₀ = exp(a + b·x) of features x, f₀ how decoys look.
class MatchScore {
public:
  /// folds (P) below `foldCount`; expectedMatches: of each pair of linked sessions, those that its displacement shows
  MatchScore(const Job& job, const MatchCandidates& candidates, std::span<const uint8_t> folds, const SplitUnits& split,
             std::span<const double> expectedMatches);

  /// Learns a, b and the shares π of right pairs among the targets of each pair of sessions, by turns: the share of
  /// each target to be right, given its rivals (at most one partner for each unit); then a logistic regression of
  /// targets, by that share, against decoys. The scores of a fold are learned from the others. Ends when no probability
  /// changes by 0.01, after 30 rounds at most. Begins with `probabilities`.
  /// features (P, columns), larger for more alike units.
  void learn(std::span<const float> features, size_t columns);

  std::vector<double> probabilities; ///< (P) of targets; 0 for decoys
  std::vector<double> logRatios;     ///< (P) ln f₁/f₀
  /// Ln odds of all candidates, decoys too, in view of their rivals.
  std::vector<double> logOdds() const;

private:
  void regress(std::span<const float> features, size_t columns, bool isFirst,
               std::vector<std::vector<double>>& coefficients);
  void score(std::span<const float> features, size_t columns, const std::vector<std::vector<double>>& coefficients,
             bool decoys);
  double expect();

  Job job_;
  const MatchCandidates& candidates_;
  std::span<const uint8_t> folds_;
  const SplitUnits& split_;
  std::span<const double> expectedMatches_;
  std::vector<double> shares_;    ///< π of each pair of sessions
  std::vector<uint8_t> isTarget_; ///< (P)
  std::vector<size_t> examples_;  ///< decoys that are learned from
};

} // namespace dant
