#include "core/matching/decoy_calibration.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>

namespace dant {

namespace {

constexpr int rounds = 3, mostSteps = 100, mostHalvings = 30;
/// Numbers that the log likelihood says are this close to the likeliest, in squared standard errors, need no step.
constexpr double noGain = 1e-8, most = 14;
/// Precisions of the priors of a, ln b and ln c.
constexpr double precisions[3] = {1 / (3.0 * 3.0), 1, 1 / (0.3 * 0.3)};

/// ln(1 + e^x).
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double logistic(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

/// Candidates that count alike.
struct Scores {
  std::span<const double> values;
  double weight;
  bool decoys;
};

using Numbers = Eigen::Vector3d; ///< a, ln b, ln c

/// Minus the log likelihood with the priors; and its slope and curvature (Fisher's), if asked for.
double loss(std::span<const Scores> all, const Numbers& at, Numbers* slope, Eigen::Matrix3d* curvature) {
  const Eigen::Map<const Numbers> precision(precisions);
  double sum = 0.5 * precision.cwiseProduct(at).dot(at);
  if (slope) *slope = precision.cwiseProduct(at);
  if (curvature) *curvature = precision.asDiagonal();
  const double b = std::exp(at[1]);
  for (const auto& scores : all) {
    for (const double score : scores.values) {
      const double linear = at[0] + b * score, ratio = at[2] + softplus(linear); // ln of targets for each decoy
      sum += scores.weight * softplus(scores.decoys ? ratio : -ratio);
      if (!slope) continue;
      const double isTarget = logistic(ratio), right = logistic(linear);
      const Numbers derivative(right, right * b * score, 1);
      *slope += scores.weight * (scores.decoys ? isTarget : isTarget - 1) * derivative;
      *curvature += scores.weight * isTarget * (1 - isTarget) * derivative * derivative.transpose();
    }
  }
  return sum;
}

/// Improves the numbers by Fisher's scoring.
void fit(const Job& job, std::span<const Scores> all, Numbers& numbers) {
  for (int step = 0; step < mostSteps; ++step) {
    job.throwIfAborted();
    Numbers slope;
    Eigen::Matrix3d curvature;
    const double reached = loss(all, numbers, &slope, &curvature);
    Numbers direction = -curvature.ldlt().solve(slope);
    if (!(-slope.dot(direction) > noGain)) return;
    int halving = 0;
    while (halving < mostHalvings && !(loss(all, numbers + direction, nullptr, nullptr) <= reached)) {
      direction /= 2;
      ++halving;
    }
    if (halving == mostHalvings) return;
    numbers += direction;
  }
}

} // namespace

Calibration calibrateOnDecoys(const Job& job, std::span<const MatchCandidates::Group> groups, size_t sessionPairs,
                              std::span<const double> scores) {
  std::vector<double> targets(sessionPairs), decoys(sessionPairs), right(sessionPairs);
  for (const auto& group : groups)
    (group.decoys ? decoys : targets)[static_cast<size_t>(group.sessionPair)] +=
        static_cast<double>(group.end - group.begin);
  Calibration found{std::vector<double>(scores.size()), std::vector<double>(scores.size(), 1.0)};
  Numbers numbers = Numbers::Zero();
  for (int round = 0; round < rounds; ++round) {
    std::vector<Scores> all;
    for (const auto& group : groups) {
      const auto pair = static_cast<size_t>(group.sessionPair);
      const double weight = group.decoys ? (targets[pair] - right[pair]) / std::max(decoys[pair], 1.0) : 1;
      all.push_back({scores.subspan(group.begin, group.end - group.begin), weight, group.decoys});
      std::fill_n(found.weights.begin() + static_cast<std::ptrdiff_t>(group.begin), group.end - group.begin, weight);
    }
    fit(job, all, numbers);
    std::fill(right.begin(), right.end(), 0.0);
    for (const auto& group : groups) {
      for (size_t p = group.begin; p < group.end; ++p) {
        found.logOdds[p] = std::clamp(numbers[0] + std::exp(numbers[1]) * scores[p], -most, most);
        if (!group.decoys) right[static_cast<size_t>(group.sessionPair)] += logistic(found.logOdds[p]);
      }
    }
  }
  return found;
}

} // namespace dant
