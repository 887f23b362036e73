#include "core/correction/kriging.h"

#include "core/simd/kernels.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <mutex>
#include <numeric>

namespace dant {

namespace {

constexpr double ridge = 0.01;
/// Of coefficients that are of the order of 1 where they count.
template <class Real> constexpr double negligible = sizeof(Real) < sizeof(double) ? 1e-8 : 1e-10;

/// Columns that are further apart are on different shanks, and channels of one take next to nothing from the other.
constexpr double betweenShanksUm = 100;

double falloff(double distance, double length) { return std::exp(-std::abs(distance) / length); }

/// Some pairs of rows, from `first` on.
void combineRows(const Kriging<float>::Rows& matrix, size_t first, size_t pairs, const int32_t* rows,
                 const float* source, size_t samples, float* out) {
  kernels().combineRows(samples, pairs, matrix.start.data() + first, matrix.indices.data(), matrix.coefficients.data(),
                        rows, source, out);
}

void combineRows(const Kriging<double>::Rows& matrix, size_t first, size_t pairs, const int32_t* rows,
                 const double* source, size_t samples, double* out) {
  kernels().combineRowsF64(samples, pairs, matrix.start.data() + first, matrix.indices.data(),
                           matrix.coefficients.data(), rows, source, out);
}

void solveMarkov(const MarkovSystem<float>& system, size_t samples, const float* source, float* scratch, float* out) {
  kernels().solveMarkov(system, samples, source, scratch, out);
}

void solveMarkov(const MarkovSystem<double>& system, size_t samples, const double* source, double* scratch,
                 double* out) {
  kernels().solveMarkovF64(system, samples, source, scratch, out);
}

void sweepRows(size_t samples, size_t rows, std::ptrdiff_t step, const float* decays, const float* source, float* out) {
  kernels().sweepRows(samples, rows, step, decays, source, out);
}

void sweepRows(size_t samples, size_t rows, std::ptrdiff_t step, const double* decays, const double* source,
               double* out) {
  kernels().sweepRowsF64(samples, rows, step, decays, source, out);
}

/// to[t·count + k] = rows[k·stride + t], t < samples.
void interleave(const double* rows, size_t stride, size_t count, size_t samples, double* to) {
  for (size_t t = 0; t < samples; ++t)
    for (size_t k = 0; k < count; ++k) to[t * count + k] = rows[k * stride + t];
}

} // namespace

template <class Real> Kriging<Real>::Kriging(std::span<const double> locationsUm)
    : sorted_(locationsUm.size() / 2), rowOf_(sorted_.size()) {
  const auto count = static_cast<Eigen::Index>(sorted_.size());
  const auto x = [&](int32_t channel) { return locationsUm[2 * static_cast<size_t>(channel)]; };
  const auto y = [&](int32_t channel) { return locationsUm[2 * static_cast<size_t>(channel) + 1]; };

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
    decaysUp_.push_back(newColumn ? Real{0}
                                  : static_cast<Real>(falloff(sortedY_[i] - sortedY_[i - 1], krigingLengthYUm)));
  }
  decaysDown_.push_back(Real{0});
  decaysDown_.insert(decaysDown_.end(), decaysUp_.rbegin(), std::prev(decaysUp_.rend()));

  for (int32_t channel = 0; channel < count; ++channel) {
    depths_.push_back(y(channel));
    for (const auto& column : columns_) across_.push_back(falloff(x(channel) - column.x, krigingLengthXUm));
  }

  // Neighbours lie on the same shank, and there at nearly the same depth.
  std::vector<size_t> shanks;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (i == 0 || columns_[i].x - columns_[i - 1].x > betweenShanksUm) shanks.push_back(columns_[i].begin);
  }
  shanks.push_back(sorted_.size());
  paired_ = sorted_;
  for (size_t shank = 0; shank + 1 < shanks.size(); ++shank) {
    const auto at = [&](size_t i) { return paired_.begin() + static_cast<std::ptrdiff_t>(shanks[i]); };
    std::stable_sort(at(shank), at(shank + 1), [&](int32_t a, int32_t b) { return y(a) < y(b); });
  }
  if (paired_.size() % 2 != 0) paired_.push_back(paired_.back());
  makeFilter();
}

template <class Real> void Kriging<Real>::makeFilter() {
  const auto used = static_cast<Eigen::Index>(columns_.size());
  Eigen::MatrixXd prior(used, used);
  for (Eigen::Index i = 0; i < used; ++i)
    for (Eigen::Index j = 0; j < used; ++j)
      prior(i, j) = falloff(columns_[static_cast<size_t>(i)].x - columns_[static_cast<size_t>(j)].x, krigingLengthXUm);

  auto& [channels, rows, columns, decays, gains, precisions] = filter_;
  channels = sorted_;
  const auto depth = [&](int32_t channel) { return depths_[static_cast<size_t>(channel)]; };
  std::stable_sort(channels.begin(), channels.end(), [&](int32_t a, int32_t b) { return depth(a) < depth(b); });
  Eigen::MatrixXd covariance = prior;
  for (size_t i = 0; i < channels.size(); ++i) {
    const size_t row = rowOf_[static_cast<size_t>(channels[i])];
    const auto column = std::upper_bound(columns_.begin(), columns_.end(), row,
                                         [](size_t value, const Column& c) { return value < c.end; });
    const double decay = i == 0 ? 1 : falloff(depth(channels[i]) - depth(channels[i - 1]), krigingLengthYUm);
    covariance = decay * decay * covariance + (1 - decay * decay) * prior;
    const Eigen::Index state = column - columns_.begin();
    const double variance = covariance(state, state) + ridge;
    const Eigen::VectorXd gain = covariance.col(state) / variance;
    covariance -= variance * gain * gain.transpose();
    rows.push_back(static_cast<int32_t>(row));
    columns.push_back(static_cast<int32_t>(state));
    decays.push_back(static_cast<Real>(decay));
    for (const double share : gain) gains.push_back(static_cast<Real>(share));
    gains.resize((i + 1) * this->states());
    precisions.push_back(static_cast<Real>(1 / variance));
  }
}

template <class Real>
void Kriging<Real>::solve(const Real* waveform, size_t samples, Real* scratch, Real* weights) const {
  const auto& [channels, rows, columns, decays, gains, precisions] = filter_;
  solveMarkov({channels.size(), states(), channels.data(), rows.data(), columns.data(), decays.data(), gains.data(),
               precisions.data()},
              samples, waveform, scratch, weights);
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
  Rows shift{{0}, {}, {}};
  auto& [start, indices, coefficients] = shift;
  std::vector<int32_t> entryOf(2 * channels(), -1); // by sweep, in this pair or an earlier one
  for (size_t i = 0; i < paired_.size(); ++i) {
    const auto add = [&](size_t index, double coefficient) {
      if (std::abs(coefficient) <= negligible<Real>) return;
      if (entryOf[index] < start.back()) {
        entryOf[index] = static_cast<int32_t>(indices.size());
        indices.push_back(static_cast<int32_t>(index));
        coefficients.resize(coefficients.size() + 2);
      }
      coefficients[2 * static_cast<size_t>(entryOf[index]) + i % 2] = static_cast<Real>(coefficient);
    };
    const auto channel = static_cast<size_t>(paired_[i]);
    const double y = depths_[channel] + dyUm;
    const double* across = across_.data() + channel * columns_.size();
    for (const auto& [x, begin, end] : columns_) {
      const auto first = sortedY_.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = sortedY_.begin() + static_cast<std::ptrdiff_t>(end);
      const size_t above = static_cast<size_t>(std::upper_bound(first, last, y) - sortedY_.begin());
      if (above > begin) add(above - 1, *across * falloff(y - sortedY_[above - 1], krigingLengthYUm));
      if (above < end) add(this->channels() + above, *across * falloff(sortedY_[above] - y, krigingLengthYUm));
      ++across;
    }
    if (i % 2 == 1) start.push_back(static_cast<int32_t>(indices.size()));
  }
  return shift;
}

template <class Real>
void Kriging<Real>::apply(const Rows& shift, const Real* sweeps, size_t samples, Real* corrected) const {
  combineRows(shift, 0, paired_.size() / 2, paired_.data(), sweeps, samples, corrected);
}

template <class Real> void Kriging<Real>::applyAll(std::span<const std::shared_ptr<const Rows>> shifts,
                                                   const Real* sweeps, size_t samples, Real* corrected) const
  requires std::is_same_v<Real, double>
{
  constexpr int32_t inOrder[2] = {0, 1};
  // Pair after pair, so that what is interleaved is still in the cache.
  const size_t perShift = 2 * samples;
  std::vector<Real> byShift(shifts.size() * perShift);
  for (size_t pair = 0; pair < paired_.size() / 2; ++pair) {
    for (size_t k = 0; k < shifts.size(); ++k)
      combineRows(*shifts[k], pair, 1, inOrder, sweeps, samples, byShift.data() + k * perShift);
    for (size_t r = 0; r < 2; ++r) {
      const auto channel = static_cast<size_t>(paired_[2 * pair + r]);
      interleave(byShift.data() + r * samples, perShift, shifts.size(), samples,
                 corrected + channel * samples * shifts.size());
    }
  }
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
