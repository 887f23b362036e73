#include "core/clustering/lda.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

namespace dant {

namespace {

constexpr size_t blockRows = 1 << 14;
// The square of the smallest deviation that counts, see the header.
constexpr double smallestVariance = 1e-8;

/// Sums over the rows, block by block and then in block order: the same bits for any number of threads.
/// add(row index, sums) adds what one row gives.
template <class Add> std::vector<double> sumOverRows(size_t rows, size_t sums, const Job& job, const Add& add) {
  const size_t blocks = (rows + blockRows - 1) / blockRows;
  std::vector<double> partial(blocks * sums, 0.0);
  parallelFor(job, blocks, [&](size_t block) {
    // Not into `partial`, where the sums of several threads would lie on one line of the cache.
    std::vector<double> own(sums);
    const size_t end = std::min(rows, (block + 1) * blockRows);
    for (size_t row = block * blockRows; row < end; ++row) add(row, own.data());
    std::copy(own.begin(), own.end(), partial.begin() + static_cast<std::ptrdiff_t>(block * sums));
  });
  std::vector<double> total(sums, 0.0);
  for (size_t k = 0; k < partial.size(); ++k) total[k % sums] += partial[k];
  return total;
}

} // namespace

template <class Real> std::optional<LinearDiscriminant>
linearDiscriminant(std::span<const Real> rows, size_t features, std::span<const uint8_t> inClass1, const Job& job) {
  const size_t count = inClass1.size();
  const auto count1 =
      static_cast<size_t>(std::count_if(inClass1.begin(), inClass1.end(), [](uint8_t x) { return x != 0; }));
  if (count1 == 0 || count1 == count) return std::nullopt;

  // Means of class 0, then of class 1.
  auto means = sumOverRows(count, 2 * features, job, [&](size_t row, double* sums) {
    double* ofClass = sums + (inClass1[row] ? features : 0);
    for (size_t f = 0; f < features; ++f) ofClass[f] += static_cast<double>(rows[row * features + f]);
  });
  for (size_t f = 0; f < features; ++f) {
    means[f] /= static_cast<double>(count - count1);
    means[features + f] /= static_cast<double>(count1);
    if (!std::isfinite(means[f]) || !std::isfinite(means[features + f])) {
      throw InputError("The rows for the linear discriminant analysis hold NaN or Inf.");
    }
  }

  const auto scatter = sumOverRows(count, features * features, job, [&](size_t row, double* sums) {
    const double* mean = means.data() + (inClass1[row] ? features : 0);
    const Real* x = rows.data() + row * features;
    for (size_t f = 0; f < features; ++f) {
      const double difference = static_cast<double>(x[f]) - mean[f];
      for (size_t g = 0; g <= f; ++g) sums[f * features + g] += difference * (static_cast<double>(x[g]) - mean[g]);
    }
  });

  const auto dimension = static_cast<Eigen::Index>(features);
  const double divisor = static_cast<double>(std::max<size_t>(count, 3) - 2);
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::MatrixXd covariance = Eigen::Map<const RowMajor>(scatter.data(), dimension, dimension) / divisor;
  const Eigen::VectorXd deviations =
      covariance.diagonal().unaryExpr([](double variance) { return variance > 0 ? std::sqrt(variance) : 1.0; });
  // Reads the lower triangle only.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> correlation(deviations.cwiseInverse().asDiagonal() * covariance *
                                                                   deviations.cwiseInverse().asDiagonal());
  const Eigen::VectorXd inverse = correlation.eigenvalues().unaryExpr(
      [](double variance) { return variance > smallestVariance ? 1 / variance : 0.0; });

  const Eigen::Map<const Eigen::VectorXd> mean0(means.data(), dimension), mean1(means.data() + features, dimension);
  const Eigen::VectorXd scaled = (mean1 - mean0).cwiseQuotient(deviations);
  const Eigen::VectorXd coefficients =
      (correlation.eigenvectors() * (inverse.asDiagonal() * (correlation.eigenvectors().transpose() * scaled)))
          .cwiseQuotient(deviations);
  const double odds = static_cast<double>(count1) / static_cast<double>(count - count1);
  return LinearDiscriminant{{coefficients.begin(), coefficients.end()},
                            -0.5 * (mean0 + mean1).dot(coefficients) + std::log(odds)};
}

template std::optional<LinearDiscriminant> linearDiscriminant(std::span<const float>, size_t, std::span<const uint8_t>,
                                                              const Job&);
template std::optional<LinearDiscriminant> linearDiscriminant(std::span<const double>, size_t, std::span<const uint8_t>,
                                                              const Job&);

} // namespace dant
