#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace dant {

/// S = Σ_f weights[f]·z_f over the features in use, summed in their order; never formed as a matrix.
struct CombinedSimilarity {
  std::vector<std::span<const float>> features; ///< each (units, units)
  std::vector<double> weights;
  size_t units = 0;

  double operator()(size_t i, size_t j) const {
    double sum = 0;
    for (size_t f = 0; f < features.size(); ++f) sum += weights[f] * features[f][i * units + j];
    return sum;
  }

  /// Throws std::invalid_argument unless sizes agree.
  void check() const {
    bool fits = !features.empty() && features.size() == weights.size();
    for (const auto& feature : features) fits = fits && feature.size() == units * units;
    if (!fits) throw std::invalid_argument("The similarity matrices do not fit the number of units or weights.");
  }
};

/// D = 1 / (1 + tanh S), written with one exponential.
inline double distanceOf(double similarity) { return 0.5 + 0.5 * std::exp(-2 * similarity); }

} // namespace dant
