#include "core/matching/match_similarity.h"

#include "core/similarity/fisher.h"

#include <algorithm>

namespace dant {

void fillMatchSimilarity(const Job& job, std::span<const UnitPair> pairs, std::span<const float> logOdds, size_t units,
                         std::span<float> similarity) {
  if (logOdds.size() != pairs.size() || similarity.size() != units * units) {
    throw InputError("The log odds, the pairs and the similarity matrix do not fit each other.");
  }
  constexpr auto limit = static_cast<float>(largestFisherZ);
  parallelFor(job, units, [&](size_t i) {
    std::fill_n(similarity.data() + i * units, units, -limit);
    similarity[i * units + i] = limit;
  });
  for (size_t p = 0; p < pairs.size(); ++p) {
    if (p % 4096 == 0) job.throwIfAborted();
    const auto i = static_cast<size_t>(pairs[p].i), j = static_cast<size_t>(pairs[p].j);
    similarity[i * units + j] = similarity[j * units + i] = std::clamp(logOdds[p] / 2, -limit, limit);
  }
}

} // namespace dant
