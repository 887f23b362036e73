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

struct Softplus {
  double value, slope; ///< ln(1 + e^x), 1/(1 + e^−x)
};
Softplus softplus(double x) {
  const double small = std::exp(-std::abs(x));
  return {std::max(x, 0.0) + std::log1p(small), (x >= 0 ? 1 : small) / (1 + small)};
}

using Numbers = Eigen::Vector3d; ///< a, ln b, ln c

/// The weights of targets and of decoys at scores on a grid; a candidate's is shared by the two next to its score, so
/// that a sum over them is that over candidates but for a hundred thousandth of its curvature.
struct ScoreGrid {
  static constexpr double spacing = 1.0 / 128, reach = 128;

  std::vector<double> targets = std::vector<double>(size), decoys = std::vector<double>(size);

  static double scoreAt(size_t k) { return static_cast<double>(k) * spacing - reach; }

  void add(std::vector<double>& weights, double score, double weight) {
    const double place = (std::clamp(score, -reach, reach) + reach) / spacing;
    const auto k = std::min(static_cast<size_t>(place), size - 2);
    const double share = place - static_cast<double>(k);
    weights[k] += weight * (1 - share);
    weights[k + 1] += weight * share;
  }

private:
  static constexpr size_t size = static_cast<size_t>(2 * reach / spacing) + 1;
};

/// Minus the log likelihood, its slope, and its curvature (Fisher's).
struct Loss {
  double value = 0;
  Numbers slope = Numbers::Zero();
  Eigen::Matrix3d curvature = Eigen::Matrix3d::Zero();

  /// With the priors.
  Loss(const ScoreGrid& scores, const Numbers& at) {
    const Eigen::Map<const Numbers> precision(precisions);
    value = 0.5 * precision.cwiseProduct(at).dot(at);
    slope = precision.cwiseProduct(at);
    curvature = precision.asDiagonal();
    const double b = std::exp(at[1]);
    for (size_t k = 0; k < scores.targets.size(); ++k) {
      const double target = scores.targets[k], decoy = scores.decoys[k], all = target + decoy;
      if (all == 0) continue;
      const double score = ScoreGrid::scoreAt(k);
      const auto [rise, right] = softplus(at[0] + b * score);
      const double ratio = at[2] + rise; // ln of targets for each decoy
      const auto [wrong, isTarget] = softplus(ratio);
      const Numbers derivative(right, right * b * score, 1);
      value += all * wrong - target * ratio;
      slope += (all * isTarget - target) * derivative;
      curvature += all * isTarget * (1 - isTarget) * derivative * derivative.transpose();
    }
  }
};

/// Improves the numbers by Fisher's scoring.
void fit(const Job& job, const ScoreGrid& scores, Numbers& numbers) {
  Loss reached(scores, numbers);
  for (int step = 0; step < mostSteps; ++step) {
    job.throwIfAborted();
    Numbers direction = -reached.curvature.ldlt().solve(reached.slope);
    if (!(-reached.slope.dot(direction) > noGain)) return;
    Loss next(scores, numbers + direction);
    for (int halving = 0; !(next.value <= reached.value); ++halving) {
      if (halving == mostHalvings) return;
      direction /= 2;
      next = Loss(scores, numbers + direction);
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
    ScoreGrid grid;
    for (const auto& group : groups) {
      const auto pair = static_cast<size_t>(group.sessionPair);
      const double weight = group.decoys ? (targets[pair] - right[pair]) / std::max(decoys[pair], 1.0) : 1;
      for (size_t p = group.begin; p < group.end; ++p)
        grid.add(group.decoys ? grid.decoys : grid.targets, scores[p], weight);
      std::fill_n(found.weights.begin() + static_cast<std::ptrdiff_t>(group.begin), group.end - group.begin, weight);
    }
    fit(job, grid, numbers);
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
