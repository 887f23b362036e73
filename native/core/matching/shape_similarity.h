#pragma once
#include "core/job/job.h"
#include "core/similarity/unit_pair.h"

#include <span>
#include <vector>

namespace dant {

/// Principal component scores (n, components) of one feature of all units, and its share in `ShapeSimilarity`.
struct ShapeFeature {
  std::span<const double> scores;
  size_t components = 0;
  double weight = 0;
};

/// How alike two units are by their shapes: Σ weight · Fisher z of the cosine between their scores. Serves to find the
/// first matches, before anything was learned.
class ShapeSimilarity {
public:
  /// Throws InputError if the features do not have `units` rows.
  ShapeSimilarity(size_t units, std::span<const ShapeFeature> features);
  double operator()(size_t i, size_t j) const;

private:
  struct Rows {
    std::vector<float> unit; ///< (n, components), each row of norm 1, or 0
    size_t components;
    double weight;
  };
  std::vector<Rows> features_;
};

struct UnitPlaces {
  std::span<const int32_t> sessions; ///< from 1
  std::span<const double> xUm, depthsUm;
};

struct MutualMatches {
  std::vector<UnitPair> pairs; ///< of different sessions, ordered by i, then the session of j
  std::vector<double> scores;
  /// Best score of each unit with another unit of its own session, which cannot be the same neuron.
  std::vector<double> sameSession;
};

/// Pairs of units of different sessions each of which is the other's best in its session, among those with
/// |Δdepth| ≤ maxDistanceUm; the first of equally good ones. With `locationWeight` > 0, the score is the similarity
/// less locationWeight · min(distance / 20 µm, 3).
MutualMatches mutualMatches(const Job& job, const ShapeSimilarity& similarity, const UnitPlaces& places,
                            double maxDistanceUm, double locationWeight);

} // namespace dant
