#pragma once
#include "core/correction/waveforms.h"
#include "core/job/job.h"
#include "core/matching/probe_sites.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Temporal components that a waveform is described by on each site, or as many as there are samples.
inline constexpr size_t largestComponentCount = 10;

/// What units look like, whatever offset their waveforms stand on.
struct UnitShapes {
  size_t components = 0;             ///< K
  std::vector<float> scores;         ///< (n, C, K) of the waveform on each site within 200 µm of the unit, µV
  std::vector<uint8_t> live;         ///< (n, C) whether there is any signal: sorters leave far sites empty
  std::vector<double> derivative;    ///< (K, K) D, lower triangular: |s·D| is the norm of the waveform's derivative
  std::vector<float> aligned;        ///< (n, A) scores at fixed places relative to the unit's depth, norm 1; or 0
  std::vector<float> alignedSlope;   ///< (n, A) the same of the derivative
  std::vector<float> spread;         ///< (n, A/K) the norm of `aligned` at each place, norm 1 in all
  std::vector<double> logAmplitudes; ///< (n) ln of the peak-to-trough at the peak, µV; −∞ of flat units
};

/// Describes the picked units. Of each site's waveform the mean of the first samples (4, fewer of short ones) is taken
/// away. The components are the leading principal directions of the six largest waveforms of each unit, each unit
/// weighing the same. Aligned shapes are interpolated at the columns of the unit's shank, −80 … 80 µm from its depth.
/// channels (C): the columns of `waveforms` that are the `sites`; depthsUm (n); unitShanks (n); peaks (n) the site with
/// the largest peak-to-trough of each unit.
UnitShapes describeShapes(const Job& job, const Waveforms& waveforms, std::span<const int32_t> channels,
                          const ProbeSites& sites, std::span<const double> depthsUm,
                          std::span<const int32_t> unitShanks, std::span<const int32_t> peaks);

} // namespace dant
