#include "core/matching/principal_components.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace dant {

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The rows brought to unit norm, less the mean of them; rows that cannot be are 0.
RowMajor shapes(const Job& job, std::span<const double> rows, size_t count, size_t length, bool centreRows) {
  RowMajor out(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(length));
  std::vector<bool> usable(count);
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(static_cast<Eigen::Index>(length));
  double used = 0;
  for (size_t i = 0; i < count; ++i) {
    job.throwIfAborted();
    auto row = out.row(static_cast<Eigen::Index>(i));
    row = Eigen::Map<const Eigen::RowVectorXd>(rows.data() + i * length, static_cast<Eigen::Index>(length));
    const double size = row.norm();
    if (centreRows) row.array() -= row.mean();
    const double norm = row.norm();
    // Written so that NaN fails.
    usable[i] = norm > 1e-7 * size;
    if (!usable[i]) continue;
    row /= norm;
    mean += row;
    ++used;
  }
  if (used > 0) mean /= used;
  for (size_t i = 0; i < count; ++i) {
    auto row = out.row(static_cast<Eigen::Index>(i));
    if (usable[i]) row -= mean;
    else row.setZero();
  }
  return out;
}

} // namespace

void principalComponents(const Job& job, std::span<const double> rows, size_t count, bool centreRows, size_t components,
                         std::span<double> scores) {
  const size_t length = count == 0 ? 0 : rows.size() / count;
  if (rows.size() != count * length || scores.size() != count * components) {
    throw InputError("The table of rows and the components do not fit each other.");
  }
  std::fill(scores.begin(), scores.end(), 0.0);
  if (count == 0 || length == 0 || components == 0) return;
  const RowMajor table = shapes(job, rows, count, length, centreRows);
  Eigen::MatrixXd covariance =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(length), static_cast<Eigen::Index>(length));
  constexpr Eigen::Index block = 64;
  for (Eigen::Index first = 0; first < table.rows(); first += block) {
    job.throwIfAborted();
    const auto part = table.middleRows(first, std::min(block, table.rows() - first));
    covariance.selfadjointView<Eigen::Lower>().rankUpdate(part.transpose());
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(covariance);
  const auto kept = static_cast<Eigen::Index>(std::min(components, length));
  const Eigen::MatrixXd leading = axes.eigenvectors().rightCols(kept).rowwise().reverse();
  Eigen::Map<RowMajor>(scores.data(), table.rows(), static_cast<Eigen::Index>(components)).leftCols(kept) =
      table * leading;
}

} // namespace dant
