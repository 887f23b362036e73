#include "core/clustering/distance_matrix.h"
#include "core/clustering/hdbscan.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace dant {

namespace {

struct EuclideanDistances {
  std::span<const double> points;
  size_t dimensions;

  void operator()(size_t i, std::span<const int32_t> others, double* out) const {
    const double* a = points.data() + i * dimensions;
    for (size_t k = 0; k < others.size(); ++k) {
      const double* b = points.data() + static_cast<size_t>(others[k]) * dimensions;
      double sum = 0;
      for (size_t d = 0; d < dimensions; ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
      out[k] = std::sqrt(sum);
    }
  }
};

/// Distance of each point to its `rank`-th nearest other point.
template <class DistanceRow>
std::vector<double> coreDistances(size_t n, size_t rank, const DistanceRow& distanceRow, const Job& job) {
  std::vector<double> core(n);
  parallelFor(job, n, [&](size_t i) {
    std::vector<int32_t> others(n - 1);
    std::iota(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(i), 0);
    std::iota(others.begin() + static_cast<std::ptrdiff_t>(i), others.end(), static_cast<int32_t>(i) + 1);
    std::vector<double> row(n - 1);
    distanceRow(i, others, row.data());
    const auto wanted = row.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(row.begin(), wanted, row.end());
    core[i] = *wanted;
  });
  return core;
}

template <class DistanceRow>
Linkage linkageOf(size_t n, size_t minSamples, const DistanceRow& distanceRow, const Job& job) {
  const size_t rank = std::min(minSamples, n > 0 ? n - 1 : 0);
  // The nearest point's distance is the core distance for 1, and never above any other distance.
  if (rank <= 1) return singleLinkage(primSpanningTree(n, distanceRow, job));
  const auto core = coreDistances(n, rank, distanceRow, job);
  const auto reachability = [&](size_t i, std::span<const int32_t> others, double* out) {
    distanceRow(i, others, out);
    for (size_t k = 0; k < others.size(); ++k) out[k] = std::max({out[k], core[i], core[others[k]]});
  };
  return singleLinkage(primSpanningTree(n, reachability, job));
}

} // namespace

Linkage linkageOfPoints(std::span<const double> points, size_t dimensions, size_t minSamples, const Job& job) {
  const size_t n = dimensions > 0 ? points.size() / dimensions : 0;
  if (const auto bad = std::find_if_not(points.begin(), points.end(), [](double x) { return std::isfinite(x); });
      bad != points.end()) {
    const auto index = static_cast<size_t>(bad - points.begin());
    throw InputError("Every coordinate must be a finite number, but coordinate " + std::to_string(index % dimensions) +
                     " of point " + std::to_string(index / dimensions) + " is " + std::to_string(*bad) + ".");
  }
  return linkageOf(n, minSamples, EuclideanDistances{points, dimensions}, job);
}

Linkage linkageOfDistances(std::span<const double> distances, size_t n, size_t minSamples, const Job& job) {
  requireDistanceMatrix(distances, n, job);
  return linkageOf(n, minSamples, MatrixDistances{distances, n}, job);
}

} // namespace dant
