#pragma once
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace dant {

enum class CurationType : int32_t { sameSession = 1, lowSimilarity = 2 };

/// A pair of units that curation took apart, smaller index first.
struct CurationPair {
  int32_t a, b;
  CurationType type;
};

struct Curation {
  std::vector<int32_t> labels;     ///< (units) 1 … K without gaps, −1 unmatched
  std::vector<CurationPair> pairs; ///< in the order in which they were found
};

struct CurationInput {
  std::span<const int32_t> labels;   ///< (units) cluster 1 … K, −1 unmatched
  std::span<const int32_t> sessions; ///< (units)
  /// Similarity of units i and j, symmetric; also of a unit with itself. Asked within clusters only.
  std::function<double(int32_t i, int32_t j)> similarity;
  /// Units of a cluster that no chain of similarities above it connects are split; nothing: no split.
  std::optional<double> splitThreshold;
};

/// Automatic curation: a cluster keeps one unit per session, falls apart into connected components of good matches, and
/// is dissolved when one unit is left. Throws InputError for labels above the number of units.
Curation curate(const CurationInput& input, const Job& job = {});

} // namespace dant
