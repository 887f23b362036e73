#pragma once
#include "core/motion/session_motion.h"

#include <Eigen/Core>

namespace dant {

/// (terms), at most three
using TermValues = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, 3, 1>;

/// Polynomials of depth about a centre: 1, x, x² − 1, where x has mean square 1 over the matches.
struct DepthTerms {
  double centreUm = 0, unitUm = 1;
  Eigen::Index count = 1;
  TermValues at(double depthUm) const {
    const double x = (depthUm - centreUm) / unitUm;
    return Eigen::Vector3d(1, x, x * x - 1).head(count);
  }
};

DepthTerms depthTerms(const WeightedMatches& matches, const SessionMotionOptions& options);

/// Coefficients of the terms in coordinates of the sessions' differences, term by term: coefficient t·q + j is that of
/// term t along column j of `contrasts`.
struct MotionFit {
  Eigen::VectorXd coefficients; ///< µm
  Eigen::MatrixXd covariance;   ///< µm²: sandwich estimator, clustered by neuron
  Eigen::MatrixXd moments;      ///< mean of the products of every two terms over the matches
  std::vector<size_t> neurons;  ///< (S) that the motion of a session rests on
};

/// (S, q) orthonormal columns that have sum 0 over the sessions of each component.
Eigen::MatrixXd sessionContrasts(std::span<const int32_t> component);

/// M-estimate by iteratively reweighted least squares. Its covariance takes the slope of the weighted residuals, not
/// the weights, as what the differences tell (Huber 1967), and residuals are divided by 1 less their neuron's leverage,
/// about as if each neuron had been left out once.
/// @param start (terms, S) where the search starts
MotionFit fitMotion(const Job& job, const WeightedMatches& matches, const DepthTerms& terms, double scaleUm,
                    const Eigen::MatrixXd& contrasts, const Eigen::MatrixXd& start);

} // namespace dant
