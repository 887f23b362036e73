#pragma once
#include "core/job/job.h"
#include "core/matching/match_candidates.h"

#include <span>
#include <vector>

namespace dant {

struct Calibration {
  std::vector<double> logOdds; ///< (P) that candidates of these scores are right, within ±14
  /// (P) how many wrong candidates among the targets a decoy stands for
  std::vector<double> weights;
};

/// Calibrates scores (natural log odds) of candidates against decoys: at the score s there are c·(1 + e^(a + b·s))
/// targets for each decoy (weighted, so that they stand for the wrong ones), of which e^(a + b·s) to 1 are right. a,
/// b > 0 and c are the likeliest, with a prior that the score is right: a = 0 ± 3, ln b = 0 ± 1, ln c = 0 ± 0.3. The
/// decoys of two sessions stand for as many candidates as their targets less the right ones, which are counted in three
/// rounds, from none.
/// groups of candidates, of `sessionPairs` pairs of sessions; scores (P).
Calibration calibrateOnDecoys(const Job& job, std::span<const MatchCandidates::Group> groups, size_t sessionPairs,
                              std::span<const double> scores);

} // namespace dant
