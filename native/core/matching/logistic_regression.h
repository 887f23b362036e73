#pragma once
#include <Eigen/Core>
#include <span>
#include <vector>

namespace dant {

/// Rows of examples (E, columns) with weights; `positive` (E): 1 or 0, or the probability of it where that is all that
/// is known.
struct WeightedExamples {
  const std::vector<const float*>& rows;
  std::span<const double> positive;
  std::span<const double> weights;
  size_t columns = 0;
};

/// Logistic regression of positive against negative examples by Newton's steps, with a ridge of 1 and, because every
/// column is a likeness, no coefficient below 0. coefficients (columns + 1), the last one of the constant, are where
/// it starts, and what is found.
void fitLogistic(const WeightedExamples& examples, int steps, Eigen::VectorXd& coefficients);

} // namespace dant
