#include "core/matching/decoy_calibration.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>

namespace dant {

namespace {

constexpr int rounds = 3, mostSteps = 100, mostHalvings = 30;
constexpr size_t grain = 8192;
/// Numbers that the log likelihood says are this close to the likeliest, in squared standard errors, need no step.
constexpr double noGain = 1e-8, most = 14;
/// Precisions of the priors of a, ln b and ln c.
constexpr double precisions[3] = {1 / (3.0 * 3.0), 1, 1 / (0.3 * 0.3)};

struct Softplus {
  double value, slope; ///< ln(1 + e^x), 1/(1 + e^−x)
};
Softplus softplus(double x) {
  const double small = std::exp(-std::abs(x));
  return {std::max(x, 0.0) + std::log1p(small), (x >= 0 ? 1 : small) / (1 + small)};
}

/// Candidates that count alike.
struct Scores {
  std::span<const double> values;
  double weight;
  bool decoys;
};

using Numbers = Eigen::Vector3d; ///< a, ln b, ln c

/// Minus the log likelihood, its slope, and its curvature (Fisher's).
struct Loss {
  double value = 0;
  Numbers slope = Numbers::Zero();
  Eigen::Matrix3d curvature = Eigen::Matrix3d::Zero();

  void add(const Scores& scores, const Numbers& at) {
    const double b = std::exp(at[1]);
    for (const double score : scores.values) {
      const auto [rise, right] = softplus(at[0] + b * score);
      const double ratio = at[2] + rise; // ln of targets for each decoy
      const auto [wrong, isTarget] = softplus(ratio);
      const Numbers derivative(right, right * b * score, 1);
      value += scores.weight * (scores.decoys ? wrong : wrong - ratio);
      slope += scores.weight * (scores.decoys ? isTarget : isTarget - 1) * derivative;
      curvature += scores.weight * isTarget * (1 - isTarget) * derivative * derivative.transpose();
    }
  }
};

/// With the priors.
Loss lossAt(const Job& job, std::span<const Scores> all, const Numbers& at) {
  std::vector<Loss> parts(all.size());
  parallelFor(job, all.size(), [&](size_t k) { parts[k].add(all[k], at); });
  const Eigen::Map<const Numbers> precision(precisions);
  Loss sum{0.5 * precision.cwiseProduct(at).dot(at), precision.cwiseProduct(at), precision.asDiagonal()};
  for (const auto& part : parts) {
    sum.value += part.value;
    sum.slope += part.slope;
    sum.curvature += part.curvature;
  }
  return sum;
}

/// Improves the numbers by Fisher's scoring.
void fit(const Job& job, std::span<const Scores> all, Numbers& numbers) {
  Loss reached = lossAt(job, all, numbers);
  for (int step = 0; step < mostSteps; ++step) {
    Numbers direction = -reached.curvature.ldlt().solve(reached.slope);
    if (!(-reached.slope.dot(direction) > noGain)) return;
    Loss next = lossAt(job, all, numbers + direction);
    for (int halving = 0; !(next.value <= reached.value); ++halving) {
      if (halving == mostHalvings) return;
      direction /= 2;
      next = lossAt(job, all, numbers + direction);
    }
    numbers += direction;
    reached = next;
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
      for (size_t begin = group.begin; begin < group.end; begin += grain)
        all.push_back({scores.subspan(begin, std::min(grain, group.end - begin)), weight, group.decoys});
      std::fill_n(found.weights.begin() + static_cast<std::ptrdiff_t>(group.begin), group.end - group.begin, weight);
    }
    fit(job, all, numbers);
    std::fill(right.begin(), right.end(), 0.0);
    for (const auto& group : groups) {
      for (size_t p = group.begin; p < group.end; ++p) {
        found.logOdds[p] = std::clamp(numbers[0] + std::exp(numbers[1]) * scores[p], -most, most);
        if (!group.decoys) right[static_cast<size_t>(group.sessionPair)] += softplus(found.logOdds[p]).slope;
      }
    }
  }
  return found;
}

} // namespace dant
