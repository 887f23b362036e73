#pragma once
#include "core/job/job.h"
#include "core/similarity/unit_pair.h"

#include <span>

namespace dant {

/// A unit has at most one match in a session, unless the sorter split the neuron there: the odds o of a pair (i, j) of
/// different sessions, assessed without the others, become o/(1 + Σ odds of i with the others of j's session + Σ odds
/// of j with the others of i's session). Others count by the probability that they are not the same neuron as j, or i.
/// The ln odds x of all pairs then become 2.7 + 0.84 x, which is right in simulated recordings of all kinds. logOdds
/// (P) of the pairs, those of one session included, are changed in place.
void weighCompetitors(const Job& job, std::span<const int32_t> sessions, std::span<const UnitPair> pairs,
                      std::span<float> logOdds);

} // namespace dant
