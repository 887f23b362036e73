#include "core/motion/session_motion.h"
#include "core/motion/whole_number.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace dant {

namespace {

constexpr double scaleUm = 5, slopePrior = 10, sliceUm = 100, mmUm = 1000;
constexpr int rounds = 15;
using Index = Eigen::Index;

/// 97.5 % quantile of Student's t distribution (Cornish–Fisher expansion, Abramowitz and Stegun 26.7.5).
double studentQuantile(double freedom) {
  constexpr double z = 1.959964, z3 = z * z * z, z5 = z3 * z * z;
  return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
         (3 * z5 * z * z + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom);
}

/// One match: its row of the design matrix has ±1 for the shifts and ±u for the slopes of its two sessions.
struct Row {
  Index a, b;
  double u, difference, weight;
};

class Fit {
public:
  Fit(const WeightedMatches& matches, size_t sessions) : sessions_(static_cast<Index>(sessions)) {
    for (size_t m = 0; m < matches.weights.size(); ++m) {
      const double depth = (matches.depthAUm[m] + matches.depthBUm[m]) / 2;
      rows_.push_back({matches.sessionA[m], matches.sessionB[m], (depth - matches.centreUm) / mmUm,
                       matches.depthBUm[m] - matches.depthAUm[m], matches.weights[m]});
      slices_[wholeNumber(std::floor(depth / sliceUm))].push_back(m);
    }
    solution_.resize(2 * sessions_);
    for (Index s = 0; s < sessions_; ++s) {
      solution_[s] = matches.startUm[static_cast<size_t>(s)];
      solution_[sessions_ + s] = matches.startSlopes[static_cast<size_t>(s)];
    }
  }

  double residual(const Row& row) const {
    return row.difference - (solution_[row.b] - solution_[row.a]) -
           (solution_[sessions_ + row.b] - solution_[sessions_ + row.a]) * row.u;
  }
  double weight(const Row& row) const {
    const double r = residual(row) / scaleUm;
    return row.weight / ((1 + r * r) * (1 + r * r));
  }

  void solve() {
    Eigen::VectorXd right = Eigen::VectorXd::Zero(2 * sessions_);
    hessian_ = Eigen::MatrixXd::Zero(2 * sessions_, 2 * sessions_);
    // Without matches a session stays where it is.
    hessian_.diagonal().head(sessions_).setConstant(1e-6);
    hessian_.diagonal().tail(sessions_).setConstant(scaleUm * scaleUm / (slopePrior * slopePrior));
    for (const auto& row : rows_) {
      const double w = weight(row);
      const auto at = places(row);
      const auto values = design(row);
      for (size_t p = 0; p < 4; ++p) {
        right[at[p]] += w * values[p] * row.difference;
        for (size_t q = 0; q < 4; ++q) hessian_(at[p], at[q]) += w * values[p] * values[q];
      }
    }
    solution_ = hessian_.ldlt().solve(right);
  }

  /// Covariance of the solution.
  Eigen::MatrixXd covariance() const {
    Eigen::MatrixXd scatter = Eigen::MatrixXd::Zero(2 * sessions_, 2 * sessions_);
    for (const auto& [slice, members] : slices_) {
      Eigen::VectorXd score = Eigen::VectorXd::Zero(2 * sessions_);
      for (const size_t m : members) {
        const auto& row = rows_[m];
        const double pull = weight(row) * residual(row);
        const auto at = places(row);
        const auto values = design(row);
        for (size_t p = 0; p < 4; ++p) score[at[p]] += pull * values[p];
      }
      scatter += score * score.transpose();
    }
    const Eigen::MatrixXd inverse = hessian_.ldlt().solve(Eigen::MatrixXd::Identity(2 * sessions_, 2 * sessions_));
    return inverse * scatter * inverse;
  }

  size_t slicesOf(Index session) const {
    return static_cast<size_t>(std::count_if(slices_.begin(), slices_.end(), [&](const auto& slice) {
      return std::any_of(slice.second.begin(), slice.second.end(), [&](size_t m) {
        return rows_[m].weight > 0 && (rows_[m].a == session || rows_[m].b == session);
      });
    }));
  }

  const std::vector<Row>& rows() const { return rows_; }
  Eigen::VectorXd& solution() { return solution_; }

private:
  std::array<Index, 4> places(const Row& row) const { return {row.a, row.b, sessions_ + row.a, sessions_ + row.b}; }
  static std::array<double, 4> design(const Row& row) { return {-1, 1, -row.u, row.u}; }

  Index sessions_;
  std::vector<Row> rows_;
  std::map<int64_t, std::vector<size_t>> slices_;
  Eigen::VectorXd solution_;
  Eigen::MatrixXd hessian_;
};

} // namespace

SessionMotion fitSessionMotion(const Job& job, const WeightedMatches& matches) {
  const size_t sessions = matches.component.size(), count = matches.weights.size();
  if (matches.sessionA.size() != count || matches.sessionB.size() != count || matches.depthAUm.size() != count ||
      matches.depthBUm.size() != count || matches.startUm.size() != sessions ||
      matches.startSlopes.size() != sessions) {
    throw InputError("The sessions, depths and weights of the matches do not fit each other.");
  }
  for (size_t m = 0; m < count; ++m)
    for (const int32_t session : {matches.sessionA[m], matches.sessionB[m]})
      if (session < 0 || static_cast<size_t>(session) >= sessions) throw InputError("A match is of no session.");

  SessionMotion motion{std::vector<double>(sessions), std::vector<double>(sessions),
                       std::vector<double>(sessions, std::numeric_limits<double>::quiet_NaN())};
  if (count == 0) return motion;
  Fit fit(matches, sessions);
  for (int round = 0; round < rounds; ++round) {
    job.throwIfAborted();
    fit.solve();
  }
  const auto s = static_cast<Index>(sessions);
  std::map<int32_t, std::vector<Index>> components;
  for (size_t k = 0; k < sessions; ++k) components[matches.component[k]].push_back(static_cast<Index>(k));
  /// What a session differs in from the mean of its component.
  Eigen::MatrixXd centring = Eigen::MatrixXd::Identity(s, s);
  for (const auto& [name, members] : components)
    for (const Index a : members)
      for (const Index b : members) centring(a, b) -= 1.0 / static_cast<double>(members.size());
  Eigen::VectorXd centred(2 * s);
  centred << centring * fit.solution().head(s), centring * fit.solution().tail(s);
  fit.solution() = centred;
  const Eigen::MatrixXd covariance = fit.covariance();

  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
  for (const auto& row : fit.rows()) {
    lowest = std::min(lowest, row.u);
    highest = std::max(highest, row.u);
  }
  for (Index k = 0; k < s; ++k) {
    const auto at = static_cast<size_t>(k);
    motion.shiftsUm[at] = centred[k];
    motion.slopes[at] = centred[s + k];
    const size_t slices = fit.slicesOf(k);
    if (slices < 3) continue;
    const auto freedom = static_cast<double>(slices - 1);
    const double factor = studentQuantile(freedom) * std::sqrt(static_cast<double>(slices) / freedom);
    const auto deviation = [&](double u) {
      Eigen::VectorXd contrast(2 * s);
      contrast << centring.row(k).transpose(), u * centring.row(k).transpose();
      return std::sqrt(std::max(0.0, contrast.dot(covariance * contrast)));
    };
    motion.halfWidthUm[at] = factor * std::max({deviation(lowest), deviation(0), deviation(highest)});
  }
  return motion;
}

} // namespace dant
