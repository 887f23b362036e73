#include "core/clustering/distance_matrix.h"
#include "core/clustering/hdbscan.h"
#include "core/clustering/tie_order.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

namespace dant {

namespace {

/// Euclidean distances as √(−2·x·y + |x|² + |y|²), rounded in this order: core distances are distances, so that the
/// last bit decides between edges of equal length, and the reference has it like this. Where the formula would lose
/// more than six digits, the differences are taken.
class EuclideanDistances {
public:
  EuclideanDistances(std::span<const double> points, size_t n) : points_(points), dimensions_(points.size() / n) {
    for (size_t i = 0; i < n; ++i) squares_.push_back(dot(point(i), point(i)));
  }

  /// Not the same bits as (j, i).
  double operator()(size_t i, size_t j) const {
    const double *x = point(i), *y = point(j);
    const double square = -2 * dot(x, y) + squares_[i] + squares_[j];
    if (square > 1e-6 * (squares_[i] + squares_[j])) return std::sqrt(square);
    double sum = 0;
    for (size_t d = 0; d < dimensions_; ++d) sum += (x[d] - y[d]) * (x[d] - y[d]);
    return std::sqrt(sum);
  }

private:
  const double* point(size_t i) const { return points_.data() + i * dimensions_; }
  double dot(const double* x, const double* y) const {
    double sum = 0;
    for (size_t d = 0; d < dimensions_; ++d) sum += x[d] * y[d];
    return sum;
  }

  std::span<const double> points_;
  size_t dimensions_;
  std::vector<double> squares_;
};

/// Of each point i, the `rank`-th smallest distance(i, j) to another point j.
template <class Distance>
std::vector<double> coreDistances(size_t n, size_t rank, const Distance& distance, const Job& job) {
  std::vector<double> core(n);
  parallelFor(job, n, [&](size_t i) {
    std::vector<double> others;
    others.reserve(n);
    for (size_t j = 0; j < n; ++j) {
      if (i != j) others.push_back(distance(i, j));
    }
    const auto wanted = others.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(others.begin(), wanted, others.end());
    core[i] = *wanted;
  });
  return core;
}

/// `distanceForCore` is the same distance; it may differ from `distance` in the last bit.
template <class Distance, class CoreDistance> Linkage linkageOf(size_t n, size_t minSamples, const Distance& distance,
                                                                const CoreDistance& distanceForCore, const Job& job) {
  const size_t rank = std::min(minSamples, n - 1);
  // The nearest point's distance, the core distance for 1, is never above another one.
  const auto core = rank > 1 ? coreDistances(n, rank, distanceForCore, job) : std::vector<double>(n, 0.0);
  const auto reachability = [&](size_t i, std::span<const int32_t> others, double* out) {
    for (size_t k = 0; k < others.size(); ++k) {
      const auto j = static_cast<size_t>(others[k]);
      out[k] = std::max({distance(i, j), core[i], core[j]});
    }
  };
  auto edges = primSpanningTree(n, reachability, job);
  sortLikeReference(edges);
  return singleLinkage(std::move(edges));
}

} // namespace

Linkage linkageOfPoints(std::span<const double> points, size_t n, size_t minSamples, const Job& job) {
  const size_t dimensions = points.size() / n;
  const auto finite = [](double coordinate) { return std::isfinite(coordinate); };
  if (const auto bad = std::find_if_not(points.begin(), points.end(), finite); bad != points.end()) {
    const auto at = static_cast<size_t>(bad - points.begin());
    throw InputError("Coordinates must be finite numbers, but coordinate " + std::to_string(at % dimensions) +
                     " of point " + std::to_string(at / dimensions) + " is " + std::to_string(*bad) + ".");
  }
  const EuclideanDistances distance(points, n);
  return linkageOf(
      n, minSamples, distance, [&](size_t i, size_t j) { return distance(j, i); }, job);
}

Linkage linkageOfDistances(std::span<const double> distances, size_t n, size_t minSamples, const Job& job) {
  requireDistanceMatrix(distances, n, job);
  const auto distance = [&](size_t i, size_t j) { return distances[i * n + j]; };
  return linkageOf(n, minSamples, distance, distance, job);
}

} // namespace dant
