#pragma once
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dant {

/// Linear discriminant of two classes: a row x belongs to class 1 where coefficients·x + intercept > 0.
struct LinearDiscriminant {
  std::vector<double> coefficients; ///< (features)
  double intercept;
};

/// Linear discriminant analysis with the pooled within-class covariance Σ (divisor: rows − 2) and class frequencies π
/// as priors: coefficients = Σ⁻¹(μ₁ − μ₀), intercept = −½(μ₁ + μ₀)·coefficients + ln(π₁/π₀). `rows` is
/// (inClass1.size(), features). Directions in which the features, scaled to unit within-class deviation, vary by less
/// than 1e-4 of a deviation are left out (pseudo-inverse), so that constant or duplicate features do no harm.
/// Nothing when a class is empty. The same bits for any number of threads.
template <class Real> std::optional<LinearDiscriminant>
linearDiscriminant(std::span<const Real> rows, size_t features, std::span<const uint8_t> inClass1, const Job& job);

} // namespace dant
