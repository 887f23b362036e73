#include "core/motion/motion.h"

#include "core/graph/union_find.h"
#include "core/motion/quantile.h"
#include "core/motion/random.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace dant {

namespace {

/// Sums over the pairs between two sessions: of 1, d, d², dy and d·dy (d in mm, dy in µm).
struct Sums {
  double count = 0, depth = 0, depthSquare = 0, shift = 0, depthShift = 0;
};

class Problem {
public:
  Problem(const MatchedDepths& pairs, bool linear) : sessions_(pairs.sessions), linear_(linear) {
    slotOf_.assign(sessions_ * sessions_, -1);
    for (size_t i = 0; i < pairs.depthAUm.size(); ++i) {
      int32_t& slot =
          slotOf_[static_cast<size_t>(pairs.sessionA[i]) * sessions_ + static_cast<size_t>(pairs.sessionB[i])];
      if (slot < 0) {
        slot = static_cast<int32_t>(ends_.size());
        ends_.push_back({static_cast<size_t>(pairs.sessionA[i]), static_cast<size_t>(pairs.sessionB[i])});
      }
      pair_.push_back({slot, (pairs.depthAUm[i] + pairs.depthBUm[i]) / 2000, pairs.depthBUm[i] - pairs.depthAUm[i]});
    }
  }

  size_t pairs() const { return pair_.size(); }

  void add(std::vector<Sums>& sums, size_t i) const {
    const auto& [slot, depth, shift] = pair_[i];
    auto& sum = sums[static_cast<size_t>(slot)];
    sum.count += 1;
    sum.depth += depth;
    sum.depthSquare += depth * depth;
    sum.shift += shift;
    sum.depthShift += depth * shift;
  }

  std::vector<Sums> noSums() const { return std::vector<Sums>(ends_.size()); }

  Motion solve(const std::vector<Sums>& sums) const { return linear_ ? solveLinear(sums) : solveRigid(sums); }

  std::vector<int32_t> components() const {
    UnionFind connected(sessions_);
    for (const auto& [a, b] : ends_) connected.join(static_cast<int32_t>(a), static_cast<int32_t>(b));
    return numberedSets(connected);
  }

private:
  /// Solution of smallest norm of a positive semidefinite system.
  static Eigen::VectorXd minimumNorm(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& right) {
    if (matrix.rows() == 0) return right;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(matrix);
    const double cut = eigen.eigenvalues().cwiseAbs().maxCoeff() * 1e-12;
    Eigen::VectorXd inCoordinates = eigen.eigenvectors().transpose() * right;
    for (Eigen::Index i = 0; i < inCoordinates.size(); ++i) {
      const double value = eigen.eigenvalues()[i];
      inCoordinates[i] = value > cut ? inCoordinates[i] / value : 0;
    }
    return eigen.eigenvectors() * inCoordinates;
  }

  Motion solveRigid(const std::vector<Sums>& sums) const {
    const auto n = static_cast<Eigen::Index>(sessions_);
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
    Eigen::VectorXd right = Eigen::VectorXd::Zero(n);
    for (size_t e = 0; e < ends_.size(); ++e) {
      const auto a = static_cast<Eigen::Index>(ends_[e].a), b = static_cast<Eigen::Index>(ends_[e].b);
      matrix(a, a) += sums[e].count;
      matrix(b, b) += sums[e].count;
      matrix(a, b) -= sums[e].count;
      matrix(b, a) -= sums[e].count;
      right[b] += sums[e].shift;
      right[a] -= sums[e].shift;
    }
    Eigen::VectorXd p = minimumNorm(matrix, right);
    p.array() -= p.mean();
    return {std::vector<double>(sessions_, 0.0), {p.data(), p.data() + n}};
  }

  /// Unknowns: linear and constant of every session but the first.
  Motion solveLinear(const std::vector<Sums>& sums) const {
    const auto n = static_cast<Eigen::Index>(sessions_) - 1;
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(2 * n, 2 * n);
    Eigen::VectorXd right = Eigen::VectorXd::Zero(2 * n);
    double depths = 0, count = 0;
    for (size_t e = 0; e < ends_.size(); ++e) {
      const Eigen::Index session[2] = {static_cast<Eigen::Index>(ends_[e].a) - 1,
                                       static_cast<Eigen::Index>(ends_[e].b) - 1};
      const double sign[2] = {-1, 1};
      for (int u = 0; u < 2; ++u) {
        if (session[u] < 0) continue;
        right[session[u]] += sign[u] * sums[e].depthShift;
        right[n + session[u]] += sign[u] * sums[e].shift;
        for (int v = 0; v < 2; ++v) {
          if (session[v] < 0) continue;
          const double s = sign[u] * sign[v];
          matrix(session[u], session[v]) += s * sums[e].depthSquare;
          matrix(session[u], n + session[v]) += s * sums[e].depth;
          matrix(n + session[u], session[v]) += s * sums[e].depth;
          matrix(n + session[u], n + session[v]) += s * sums[e].count;
        }
      }
      depths += sums[e].depth;
      count += sums[e].count;
    }
    const Eigen::VectorXd solution = minimumNorm(matrix, right);
    Motion motion{std::vector<double>(sessions_, 0.0), std::vector<double>(sessions_, 0.0)};
    double mean = 0;
    for (Eigen::Index s = 0; s < n; ++s) {
      motion.linear[static_cast<size_t>(s) + 1] = solution[s];
      motion.constantUm[static_cast<size_t>(s) + 1] = solution[n + s];
      mean += (solution[s] * depths / count + solution[n + s]) / static_cast<double>(sessions_);
    }
    for (auto& constant : motion.constantUm) constant -= mean;
    return motion;
  }

  struct Ends {
    size_t a, b;
  };
  struct Pair {
    int32_t slot;
    double depthMm, shiftUm;
  };
  size_t sessions_;
  bool linear_;
  std::vector<int32_t> slotOf_;
  std::vector<Ends> ends_;
  std::vector<Pair> pair_;
};

} // namespace

MotionEstimate estimateMotion(const Job& job, const MatchedDepths& pairs, const MotionOptions& options) {
  const size_t count = pairs.sessionA.size();
  if (count == 0) throw InputError("Motion cannot be estimated without matched pairs.");
  for (size_t i = 0; i < count; ++i) {
    for (const int32_t session : {pairs.sessionA[i], pairs.sessionB[i]}) {
      if (session < 0 || static_cast<size_t>(session) >= pairs.sessions)
        throw InputError("A matched pair names a session that does not exist.");
    }
    if (!std::isfinite(pairs.depthAUm[i]) || !std::isfinite(pairs.depthBUm[i]))
      throw InputError("A matched pair has a depth that is not a number.");
  }
  const Problem problem(pairs, options.linear);
  auto sums = problem.noSums();
  for (size_t i = 0; i < count; ++i) problem.add(sums, i);

  MotionEstimate estimate;
  estimate.motion = problem.solve(sums);
  estimate.component = problem.components();

  const auto resamples = static_cast<size_t>(std::max(0, options.resamples));
  std::vector<Motion> resampled(resamples);
  parallelFor(job, resamples, [&](size_t resample) {
    SplitMix64 random(options.seed, resample);
    auto drawn = problem.noSums();
    for (size_t i = 0; i < count; ++i) {
      if (i % 65536 == 0) job.throwIfAborted();
      problem.add(drawn, random.below(count));
    }
    resampled[resample] = problem.solve(drawn);
  });
  const auto interval = [&](std::vector<double> Motion::*part, double q) {
    std::vector<double> bounds(pairs.sessions), values(resamples);
    for (size_t s = 0; s < pairs.sessions; ++s) {
      if (resamples == 0) {
        bounds[s] = (estimate.motion.*part)[s];
        continue;
      }
      for (size_t r = 0; r < resamples; ++r) values[r] = (resampled[r].*part)[s];
      std::sort(values.begin(), values.end());
      bounds[s] = quantileOf(values, q);
    }
    return bounds;
  };
  estimate.low = {interval(&Motion::linear, 0.025), interval(&Motion::constantUm, 0.025)};
  estimate.high = {interval(&Motion::linear, 0.975), interval(&Motion::constantUm, 0.975)};
  return estimate;
}

} // namespace dant
