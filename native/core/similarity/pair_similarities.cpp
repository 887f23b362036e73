#include "core/similarity/pair_similarities.h"

#include <algorithm>

namespace dant {

template <class Real> void pairSimilarities(const Job& job, const CombinedSimilarity& similarity,
                                            std::span<const UnitPair> pairs, std::span<Real> out) {
  similarity.check();
  const size_t features = similarity.features.size(), units = similarity.units;
  if (out.size() != pairs.size() * features) throw InputError("The similarities do not fit the pairs.");
  constexpr size_t grain = 1 << 14;
  parallelFor(job, (pairs.size() + grain - 1) / grain, [&](size_t block) {
    for (size_t p = block * grain; p < std::min(pairs.size(), (block + 1) * grain); ++p) {
      // Pairs with the same j follow each other: these lie in one row of the symmetric matrices.
      const size_t at = static_cast<size_t>(pairs[p].j) * units + static_cast<size_t>(pairs[p].i);
      for (size_t f = 0; f < features; ++f) out[p * features + f] = similarity.features[f][at];
    }
  });
}

template void pairSimilarities(const Job&, const CombinedSimilarity&, std::span<const UnitPair>, std::span<float>);
template void pairSimilarities(const Job&, const CombinedSimilarity&, std::span<const UnitPair>, std::span<double>);

} // namespace dant
