#include "core/correction/kriging.h"

#include "core/simd/kernels.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <mutex>
#include <numeric>

namespace dant {

namespace {

constexpr double lengthXUm = 20, lengthYUm = 30, ridge = 0.01;
/// Of coefficients that are of the order of 1 where they count.
constexpr double negligible = 1e-10;

double falloff(double distance, double length) { return std::exp(-std::abs(distance) / length); }

void combineRows(size_t samples, size_t rows, const int32_t* start, const int32_t* indices, const float* coefficients,
                 const float* source, float* out) {
  kernels().combineRows(samples, rows, start, indices, coefficients, source, out);
}

void combineRows(size_t samples, size_t rows, const int32_t* start, const int32_t* indices, const double* coefficients,
                 const double* source, double* out) {
  kernels().combineRowsF64(samples, rows, start, indices, coefficients, source, out);
}

void sweepRows(size_t samples, size_t rows, std::ptrdiff_t step, const float* decays, const float* source, float* out) {
  kernels().sweepRows(samples, rows, step, decays, source, out);
}

void sweepRows(size_t samples, size_t rows, std::ptrdiff_t step, const double* decays, const double* source,
               double* out) {
  kernels().sweepRowsF64(samples, rows, step, decays, source, out);
}

} // namespace

template <class Real> Kriging<Real>::Kriging(std::span<const double> locationsUm)
    : locations_(locationsUm.begin(), locationsUm.end()), sorted_(locationsUm.size() / 2), rowOf_(sorted_.size()) {
  const auto count = static_cast<Eigen::Index>(sorted_.size());
  const auto x = [&](int32_t channel) { return locations_[2 * static_cast<size_t>(channel)]; };
  const auto y = [&](int32_t channel) { return locations_[2 * static_cast<size_t>(channel) + 1]; };

  std::iota(sorted_.begin(), sorted_.end(), 0);
  std::sort(sorted_.begin(), sorted_.end(), [&](int32_t a, int32_t b) {
    if (x(a) != x(b)) return x(a) < x(b);
    return y(a) != y(b) ? y(a) < y(b) : a < b;
  });
  for (size_t i = 0; i < sorted_.size(); ++i) {
    rowOf_[static_cast<size_t>(sorted_[i])] = i;
    const bool newColumn = i == 0 || x(sorted_[i]) != columns_.back().x;
    if (newColumn) columns_.push_back({x(sorted_[i]), i, i});
    columns_.back().end = i + 1;
    sortedY_.push_back(y(sorted_[i]));
    decaysUp_.push_back(newColumn ? Real{0} : static_cast<Real>(falloff(sortedY_[i] - sortedY_[i - 1], lengthYUm)));
  }
  decaysDown_.push_back(Real{0});
  decaysDown_.insert(decaysDown_.end(), decaysUp_.rbegin(), std::prev(decaysUp_.rend()));

  Eigen::MatrixXd kernel(count, count);
  for (int32_t a = 0; a < count; ++a)
    for (int32_t b = 0; b < count; ++b)
      kernel(a, b) = falloff(x(a) - x(b), lengthXUm) * falloff(y(a) - y(b), lengthYUm) + (a == b ? ridge : 0);
  const Eigen::MatrixXd inverse = kernel.llt().solve(Eigen::MatrixXd::Identity(count, count));
  inverse_.start.push_back(0);
  for (const int32_t a : sorted_) {
    for (int32_t b = 0; b < count; ++b) {
      if (std::abs(inverse(a, b)) > negligible) {
        inverse_.indices.push_back(b);
        inverse_.coefficients.push_back(static_cast<Real>(inverse(a, b)));
      }
    }
    inverse_.start.push_back(static_cast<int32_t>(inverse_.indices.size()));
  }
}

template <class Real> void Kriging<Real>::solve(const Real* waveform, size_t samples, Real* weights) const {
  combineRows(samples, channels(), inverse_.start.data(), inverse_.indices.data(), inverse_.coefficients.data(),
              waveform, weights);
}

template <class Real> void Kriging<Real>::sweep(const Real* weights, size_t samples, Real* sweeps) const {
  const auto step = static_cast<std::ptrdiff_t>(samples);
  const size_t last = (channels() - 1) * samples;
  sweepRows(samples, channels(), step, decaysUp_.data(), weights, sweeps);
  sweepRows(samples, channels(), -step, decaysDown_.data(), weights + last, sweeps + channels() * samples + last);
}

template <class Real> std::shared_ptr<const typename Kriging<Real>::Rows> Kriging<Real>::shift(double dyUm) const {
  constexpr size_t most = 512; // some 20 MB; motion that depends on depth has another shift for every unit
  {
    std::lock_guard lock(mutex_);
    if (const auto found = shifts_.find(dyUm); found != shifts_.end()) return found->second;
  }
  auto rows = std::make_shared<const Rows>(makeShift(dyUm));
  std::lock_guard lock(mutex_);
  if (shifts_.size() >= most) shifts_.clear();
  shifts_.emplace(dyUm, rows);
  return rows;
}

template <class Real> typename Kriging<Real>::Rows Kriging<Real>::makeShift(double dyUm) const {
  Rows rows;
  rows.start.push_back(0);
  const auto add = [&](size_t index, double coefficient) {
    if (coefficient > negligible) {
      rows.indices.push_back(static_cast<int32_t>(index));
      rows.coefficients.push_back(static_cast<Real>(coefficient));
    }
  };
  for (size_t channel = 0; channel < channels(); ++channel) {
    const double x = locations_[2 * channel];
    const double y = locations_[2 * channel + 1] + dyUm;
    for (const auto& column : columns_) {
      const double across = falloff(x - column.x, lengthXUm);
      const auto first = sortedY_.begin() + static_cast<std::ptrdiff_t>(column.begin);
      const auto last = sortedY_.begin() + static_cast<std::ptrdiff_t>(column.end);
      const size_t above = static_cast<size_t>(std::upper_bound(first, last, y) - sortedY_.begin());
      if (above > column.begin) add(above - 1, across * falloff(y - sortedY_[above - 1], lengthYUm));
      if (above < column.end) add(channels() + above, across * falloff(sortedY_[above] - y, lengthYUm));
    }
    rows.start.push_back(static_cast<int32_t>(rows.indices.size()));
  }
  return rows;
}

template <class Real>
void Kriging<Real>::apply(const Rows& shift, const Real* sweeps, size_t samples, Real* corrected) const {
  combineRows(samples, channels(), shift.start.data(), shift.indices.data(), shift.coefficients.data(), sweeps,
              corrected);
}

template <class Real> std::shared_ptr<const Kriging<Real>> krigingFor(std::span<const double> locationsUm) {
  static std::mutex mutex;
  static std::vector<double> locations;
  static std::shared_ptr<const Kriging<Real>> last;
  std::lock_guard lock(mutex);
  if (!last || !std::equal(locations.begin(), locations.end(), locationsUm.begin(), locationsUm.end())) {
    last = std::make_shared<const Kriging<Real>>(locationsUm);
    locations.assign(locationsUm.begin(), locationsUm.end());
  }
  return last;
}

template class Kriging<float>;
template class Kriging<double>;
template std::shared_ptr<const Kriging<float>> krigingFor(std::span<const double>);
template std::shared_ptr<const Kriging<double>> krigingFor(std::span<const double>);

} // namespace dant
