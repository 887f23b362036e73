#pragma once
#include "core/simd/kernels.h"

#include <cstddef>
#include <cstdint>
#include <limits>
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

  /// S of unit i with all units (units): the same bits.
  void row(size_t i, double* out) const {
    sums(
        i, units, [](size_t j) { return j; }, out);
  }

  /// S of unit i with some units: the same bits.
  void among(size_t i, std::span<const int32_t> others, double* out) const {
    sums(
        i, others.size(), [&](size_t k) { return static_cast<size_t>(others[k]); }, out);
  }

  /// Throws std::invalid_argument unless sizes agree.
  void check() const {
    bool fits = !features.empty() && features.size() == weights.size() && units <= std::numeric_limits<int32_t>::max();
    for (const auto& feature : features) fits = fits && feature.size() == units * units;
    if (!fits) throw std::invalid_argument("The similarity matrices do not fit the number of units or weights.");
  }

private:
  template <class UnitAt> void sums(size_t i, size_t count, UnitAt unitAt, double* out) const {
    for (size_t f = 0; f < features.size(); ++f) {
      const float* z = features[f].data() + i * units;
      const double weight = weights[f];
      for (size_t k = 0; k < count; ++k) out[k] = (f == 0 ? 0.0 : out[k]) + weight * z[unitAt(k)];
    }
  }
};

/// S of a pair from its similarities (features): the same bits.
inline double weightedSum(std::span<const double> weights, const float* similarities) {
  double sum = 0;
  for (size_t f = 0; f < weights.size(); ++f) sum += weights[f] * similarities[f];
  return sum;
}

/// D = 1/(1 + tanh S), the same bits as the kernel's in a run.
inline double distanceOf(double similarity) {
  double distance;
  kernels().distances(&similarity, 1, &distance);
  return distance;
}

} // namespace dant
