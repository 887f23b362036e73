#pragma once
#include "core/job/job.h"

#include <Eigen/Core>
#include <vector>

namespace dant {

/// Coefficients with normal errors, the later terms known to be small.
struct ShrunkCoefficients {
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;
};

/// Posterior of coefficients (terms × q, term by term), whose first term can be anything and whose others are normal
/// with mean 0 and one standard deviation for each term. How large this is the recording tells: it is anything from 0
/// to the term's largest alike, in steps of a twentieth; and the last of three terms is not there at all, unless the
/// recording makes it twenty times likelier. Mean and covariance are over all that it may be.
/// @param largest (terms − 1)
ShrunkCoefficients shrinkTerms(const Job& job, const Eigen::VectorXd& coefficients, const Eigen::MatrixXd& covariance,
                               const std::vector<double>& largest);

} // namespace dant
