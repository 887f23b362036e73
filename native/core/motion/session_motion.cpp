#include "core/motion/session_motion.h"

#include "core/motion/motion_fit.h"
#include "core/motion/motion_shrinkage.h"

#include <cmath>
#include <limits>

namespace dant {

namespace {

using Index = Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double mmUm = 1000;
/// The most that slopes (µm per mm) and bends (µm per mm²) are expected to be, from session to session.
constexpr double largestSlope = 10, largestBend = 10;

/// 97.5 % quantile of Student's t distribution (Cornish–Fisher expansion, Abramowitz and Stegun 26.7.5).
double studentQuantile(double freedom) {
  constexpr double z = 1.959964, z3 = z * z * z, z5 = z3 * z * z;
  return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
         (3 * z5 * z * z + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom);
}

void check(const WeightedMatches& matches, const SessionCurves& start, const SessionMotionOptions& options) {
  const size_t sessions = matches.component.size(), count = matches.weights.size();
  if (matches.sessionA.size() != count || matches.sessionB.size() != count || matches.depthAUm.size() != count ||
      matches.depthBUm.size() != count || matches.unitA.size() != count || matches.unitB.size() != count ||
      start.shiftsUm.size() != sessions || start.slopes.size() != sessions || start.bends.size() != sessions ||
      options.terms < 1 || options.terms > 3) {
    throw InputError("The sessions, depths and weights of the matches do not fit each other.");
  }
  for (size_t m = 0; m < count; ++m) {
    for (const int32_t session : {matches.sessionA[m], matches.sessionB[m]})
      if (session < 0 || static_cast<size_t>(session) >= sessions) throw InputError("A match is of no session.");
    if (matches.unitA[m] < 0 || matches.unitB[m] < 0) throw InputError("A match is of no unit.");
  }
}

/// (terms, S) coefficients of depth terms, of curves.
MatrixXd inTerms(const SessionCurves& curves, const DepthTerms& terms) {
  const double unit = terms.unitUm / mmUm;
  MatrixXd values(3, static_cast<Index>(curves.shiftsUm.size()));
  for (size_t s = 0; s < curves.shiftsUm.size(); ++s) {
    const double bend = curves.bends[s] * unit * unit;
    values.col(static_cast<Index>(s)) << curves.shiftsUm[s] + bend, curves.slopes[s] * unit, bend;
  }
  return values.topRows(terms.count);
}

} // namespace

SessionMotion fitSessionMotion(const Job& job, const WeightedMatches& matches, const SessionCurves& start,
                               const SessionMotionOptions& options) {
  check(matches, start, options);
  const size_t sessions = matches.component.size();
  const std::vector<double> none(sessions);
  SessionMotion motion{{none, none, none}, std::vector<double>(sessions, std::numeric_limits<double>::quiet_NaN())};
  const MatrixXd contrasts = sessionContrasts(matches.component);
  if (matches.weights.empty() || contrasts.cols() == 0) return motion;

  const auto terms = depthTerms(matches, options);
  const auto fit = fitMotion(job, matches, terms, options.scaleUm, contrasts, inTerms(start, terms));
  const double unit = terms.unitUm / mmUm;
  std::vector<double> largest{largestSlope * unit, largestBend * unit * unit};
  largest.resize(options.terms - 1);
  const auto [mean, covariance] = shrinkTerms(job, fit.coefficients, fit.covariance, largest);

  const Index q = contrasts.cols();
  for (size_t s = 0; s < sessions; ++s) {
    const VectorXd row = contrasts.row(static_cast<Index>(s)).transpose();
    Eigen::Vector3d values = Eigen::Vector3d::Zero();
    double variance = 0;
    for (Index t = 0; t < terms.count; ++t) {
      values[t] = row.dot(mean.segment(t * q, q));
      for (Index u = 0; u < terms.count; ++u)
        variance += fit.moments(t, u) * row.dot(covariance.block(t * q, u * q, q, q) * row);
    }
    motion.curves.shiftsUm[s] = values[0] - values[2];
    motion.curves.slopes[s] = values[1] / unit;
    motion.curves.bends[s] = values[2] / (unit * unit);
    if (fit.neurons[s] <= options.terms) continue;
    motion.halfWidthUm[s] =
        studentQuantile(static_cast<double>(fit.neurons[s] - 1)) * std::sqrt(std::max(0.0, variance));
  }
  return motion;
}

} // namespace dant
