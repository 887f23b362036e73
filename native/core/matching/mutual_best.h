#pragma once
#include "core/job/job.h"
#include "core/similarity/unit_pair.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// What two units are compared by before anything is known of the recording.
struct ComparedUnits {
  std::span<const int32_t> sessions;            ///< (n) from 1
  std::span<const int32_t> shanks;              ///< (n)
  std::span<const uint8_t> usable;              ///< (n) 0: left out
  std::span<const double> xUm, depthsUm;        ///< (n)
  std::span<const double> logAmplitudes;        ///< (n)
  std::span<const float> aligned, alignedSlope; ///< (n, A) of norm 1
  std::span<const float> correlogram;           ///< (n, L) of norm 1; or empty: not compared by
  bool usesPlace = true, usesAmplitude = true;
};

/// Likeness of two units: Fisher z of the aligned waveforms' cosine, of their derivatives', half that of their
/// correlograms', less |Δx|/20 µm and |Δ ln amplitude|.
double likeness(const ComparedUnits& units, size_t i, size_t j);

/// Units of two sessions that are each other's most alike.
struct MutualBest {
  int32_t sessionA, sessionB;  ///< A < B; equal: units of one session
  std::vector<UnitPair> pairs; ///< the most alike first; i of session A
  std::vector<double> likeness;
  /// Number of all pairs of the two sessions by the depth of the second less that of the first, in bins of `binUm`.
  std::vector<int32_t> displacements;
};

inline constexpr double displacementBinUm = 2;

/// Of every two sessions, and of every session with itself. Only units of one shank at most `maxDistanceUm` apart in
/// depth are compared.
std::vector<MutualBest> mutualBestPairs(const Job& job, const ComparedUnits& units, double maxDistanceUm);

} // namespace dant
