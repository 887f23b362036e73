#pragma once
#include "binding/arguments.h"
#include "core/similarity/combined.h"

namespace dant::binding {

/// features: Float32Array[] (units, units); weights: Float64Array; units.
inline CombinedSimilarity combinedOf(const Arguments& arguments) {
  CombinedSimilarity similarity;
  similarity.units = arguments.count("units");
  for (const auto& feature : arguments.arraysInPlace<float>("features")) similarity.features.emplace_back(feature);
  const auto weights = arguments.array<double>("weights", similarity.features.size());
  similarity.weights.assign(weights.begin(), weights.end());
  try {
    similarity.check();
  } catch (const std::invalid_argument& error) {
    arguments.fail("features", error.what());
  }
  return similarity;
}

} // namespace dant::binding
