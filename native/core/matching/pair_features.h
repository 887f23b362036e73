#pragma once
#include "core/job/job.h"
#include "core/matching/common_frame.h"
#include "core/matching/match_candidates.h"

#include <span>
#include <vector>

namespace dant {

/// How alike the units of candidates are: each column is larger for more alike ones.
struct PairFeatures {
  size_t columns = 0;
  std::vector<float> values; ///< (P, columns), each column with mean 0 and variance 1 over the decoys
};

/// What units are compared by, besides their waveforms in the common frame.
struct UnitTraits {
  std::span<const double> xUm, correctedUm;         ///< (n)
  std::span<const float> aligned, alignedSlope;     ///< (n, A) of norm 1
  std::span<const int32_t> peaks;                   ///< (n) among the sites
  std::span<const double> logAmplitudes;            ///< (n)
  std::vector<std::span<const float>> profiles;     ///< each (n, ·) of norm 1: correlograms, intervals, responses
  std::vector<std::span<const double>> differences; ///< each (n): what units should not differ in, as firing rates
  std::vector<std::span<const double>> faults;      ///< each (n): the larger, the worse for any match, as violations
  bool usesPlace = true, usesAmplitude = true;
};

/// Features of the candidates. Waveforms in the common frame are compared over the cells within 80 µm of the pair, on
/// the sites that both units were seen on; candidates that share no more than half of a unit's power there are taken
/// out of `candidates`, as what is not seen cannot be compared. Columns that do not vary among the decoys are left out.
PairFeatures comparePairs(const Job& job, const ProbeSites& sites, const ProbeLattice& lattice,
                          const CommonFrame& frame, const FramedUnits& units, const UnitTraits& traits,
                          MatchCandidates& candidates);

} // namespace dant
