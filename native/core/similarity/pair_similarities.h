#pragma once
#include "core/job/job.h"
#include "core/similarity/combined.h"
#include "core/similarity/unit_pair.h"

#include <span>

namespace dant {

/// out (pairs, features) = each feature's similarity of each pair.
template <class Real> void pairSimilarities(const Job& job, const CombinedSimilarity& similarity,
                                            std::span<const UnitPair> pairs, std::span<Real> out);

} // namespace dant
