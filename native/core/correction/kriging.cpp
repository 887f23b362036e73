#include "core/correction/kriging.h"

#include "core/simd/kernels.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <mutex>
#include <numeric>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace dant {

namespace {

constexpr double lengthXUm = 20, lengthYUm = 30, ridge = 0.01;
/// Of coefficients that are of the order of 1 where they count.
template <class Real> constexpr double negligible = sizeof(Real) < sizeof(double) ? 1e-8 : 1e-10;

/// Columns that are further apart are on different shanks, and channels of one take next to nothing from the other.
constexpr double betweenShanksUm = 100;

/// Channels that are worked on together. The many channels that the inverse combines are best loaded as rarely as can
/// be; for the few sweeps of a shift, two channels at the same depth take the same ones, and more channels would not.
constexpr size_t inverseGroup = 4, shiftGroup = 2;

double falloff(double distance, double length) { return std::exp(-std::abs(distance) / length); }

/// Some groups of rows, from `first` on.
void combineRows(const Kriging<float>::Rows& matrix, size_t first, size_t groups, const int32_t* rows,
                 const float* source, size_t samples, float* out) {
  kernels().combineRows(static_cast<int>(matrix.perGroup), samples, groups, matrix.start.data() + first,
                        matrix.indices.data(), matrix.coefficients.data(), rows, source, out);
}

void combineRows(const Kriging<double>::Rows& matrix, size_t first, size_t groups, const int32_t* rows,
                 const double* source, size_t samples, double* out) {
  kernels().combineRowsF64(static_cast<int>(matrix.perGroup), samples, groups, matrix.start.data() + first,
                           matrix.indices.data(), matrix.coefficients.data(), rows, source, out);
}

void sweepRows(size_t samples, size_t rows, std::ptrdiff_t step, const float* decays, const float* source, float* out) {
  kernels().sweepRows(samples, rows, step, decays, source, out);
}

void sweepRows(size_t samples, size_t rows, std::ptrdiff_t step, const double* decays, const double* source,
               double* out) {
  kernels().sweepRowsF64(samples, rows, step, decays, source, out);
}

/// to[t·count + k] = rows[k·stride + t], t < samples. Pairs are written past the caches where the processor has such
/// writes (to be ended by `finishWrites`): what is written is large, and the next that reads it is the disk.
void interleave(const double* rows, size_t stride, size_t count, size_t samples, double* to) {
#ifdef __SSE2__
  if (count == 2 && reinterpret_cast<std::uintptr_t>(to) % sizeof(__m128d) == 0) {
    for (size_t t = 0; t < samples; ++t) _mm_stream_pd(to + 2 * t, _mm_set_pd(rows[stride + t], rows[t]));
    return;
  }
#endif
  for (size_t t = 0; t < samples; ++t)
    for (size_t k = 0; k < count; ++k) to[t * count + k] = rows[k * stride + t];
}

/// Other threads see what `interleave` wrote.
void finishWrites() {
#ifdef __SSE2__
  _mm_sfence();
#endif
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
    decaysUp_.push_back(newColumn ? Real{0} : static_cast<Real>(falloff(sortedY_[i] - sortedY_[i - 1], lengthYUm)));
  }
  decaysDown_.push_back(Real{0});
  decaysDown_.insert(decaysDown_.end(), decaysUp_.rbegin(), std::prev(decaysUp_.rend()));

  for (int32_t channel = 0; channel < count; ++channel) {
    depths_.push_back(y(channel));
    for (const auto& column : columns_) across_.push_back(falloff(x(channel) - column.x, lengthXUm));
  }

  // Neighbours lie on the same shank, and there at nearly the same depth.
  std::vector<size_t> shanks;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (i == 0 || columns_[i].x - columns_[i - 1].x > betweenShanksUm) shanks.push_back(columns_[i].begin);
  }
  shanks.push_back(sorted_.size());
  grouped_ = sorted_;
  for (size_t shank = 0; shank + 1 < shanks.size(); ++shank) {
    const auto at = [&](size_t i) { return grouped_.begin() + static_cast<std::ptrdiff_t>(shanks[i]); };
    std::stable_sort(at(shank), at(shank + 1), [&](int32_t a, int32_t b) { return y(a) < y(b); });
  }
  while (grouped_.size() % inverseGroup != 0) grouped_.push_back(grouped_.back());
  for (const int32_t channel : grouped_)
    groupedWeights_.push_back(static_cast<int32_t>(rowOf_[static_cast<size_t>(channel)]));

  Eigen::MatrixXd kernel(count, count);
  for (int32_t a = 0; a < count; ++a)
    for (int32_t b = 0; b < count; ++b)
      kernel(a, b) = falloff(x(a) - x(b), lengthXUm) * falloff(y(a) - y(b), lengthYUm) + (a == b ? ridge : 0);
  const Eigen::MatrixXd inverse = kernel.llt().solve(Eigen::MatrixXd::Identity(count, count));
  inverse_ = groupRows(inverseGroup, channels(), [&](int32_t channel, auto add) {
    for (int32_t other = 0; other < count; ++other) add(static_cast<size_t>(other), inverse(channel, other));
  });
}

template <class Real> template <class Terms>
typename Kriging<Real>::Rows Kriging<Real>::groupRows(size_t perGroup, size_t sources, Terms terms) const {
  Rows rows{perGroup, {0}, {}, {}};
  std::vector<int32_t> entryOf(sources, -1); // by index, in this group or an earlier one
  for (size_t i = 0; i < grouped_.size(); ++i) {
    const size_t r = i % perGroup;
    terms(grouped_[i], [&](size_t index, double coefficient) {
      if (std::abs(coefficient) <= negligible<Real>) return;
      if (entryOf[index] < rows.start.back()) {
        entryOf[index] = static_cast<int32_t>(rows.indices.size());
        rows.indices.push_back(static_cast<int32_t>(index));
        rows.coefficients.resize(rows.coefficients.size() + perGroup);
      }
      rows.coefficients[static_cast<size_t>(entryOf[index]) * perGroup + r] = static_cast<Real>(coefficient);
    });
    if (r + 1 == perGroup) rows.start.push_back(static_cast<int32_t>(rows.indices.size()));
  }
  return rows;
}

template <class Real> void Kriging<Real>::solve(const Real* waveform, size_t samples, Real* weights) const {
  combineRows(inverse_, 0, inverse_.groups(), groupedWeights_.data(), waveform, samples, weights);
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
  return groupRows(shiftGroup, 2 * channels(), [&](int32_t channel, auto add) {
    const double y = depths_[static_cast<size_t>(channel)] + dyUm;
    const double* across = across_.data() + static_cast<size_t>(channel) * columns_.size();
    for (const auto& [x, begin, end] : columns_) {
      const auto first = sortedY_.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = sortedY_.begin() + static_cast<std::ptrdiff_t>(end);
      const size_t above = static_cast<size_t>(std::upper_bound(first, last, y) - sortedY_.begin());
      if (above > begin) add(above - 1, *across * falloff(y - sortedY_[above - 1], lengthYUm));
      if (above < end) add(channels() + above, *across * falloff(sortedY_[above] - y, lengthYUm));
      ++across;
    }
  });
}

template <class Real>
void Kriging<Real>::apply(const Rows& shift, const Real* sweeps, size_t samples, Real* corrected) const {
  combineRows(shift, 0, shift.groups(), grouped_.data(), sweeps, samples, corrected);
}

template <class Real> void Kriging<Real>::applyAll(std::span<const std::shared_ptr<const Rows>> shifts,
                                                   const Real* sweeps, size_t samples, Real* corrected) const
  requires std::is_same_v<Real, double>
{
  constexpr int32_t inOrder[shiftGroup] = {0, 1};
  // Group after group, so that what is interleaved is still in the cache.
  const size_t perShift = shiftGroup * samples;
  std::vector<Real> apart(shifts.size() * perShift);
  for (size_t g = 0; g < grouped_.size() / shiftGroup; ++g) {
    for (size_t k = 0; k < shifts.size(); ++k)
      combineRows(*shifts[k], g, 1, inOrder, sweeps, samples, apart.data() + k * perShift);
    for (size_t r = 0; r < shiftGroup; ++r) {
      const auto channel = static_cast<size_t>(grouped_[g * shiftGroup + r]);
      interleave(apart.data() + r * samples, perShift, shifts.size(), samples,
                 corrected + channel * samples * shifts.size());
    }
  }
  finishWrites();
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
