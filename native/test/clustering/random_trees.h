#pragma once
#include "core/clustering/distance_matrix.h"
#include "core/clustering/linkage.h"

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

// Trees and distances for tests.
namespace dant {

struct SquareMatrix {
  size_t n;
  std::vector<double> values;

  SquareMatrix(size_t size, double value) : n(size), values(size * size, value) {}
  double& at(size_t i, size_t j) { return values[i * n + j]; }
  double at(size_t i, size_t j) const { return values[i * n + j]; }
};

template <class Draw> SquareMatrix distancesFrom(size_t n, const Draw& draw) {
  SquareMatrix matrix(n, 0);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < i; ++j) matrix.at(i, j) = matrix.at(j, i) = draw();
  }
  return matrix;
}

inline SquareMatrix randomDistances(size_t n, std::mt19937_64& random) {
  return distancesFrom(n, [&] { return std::uniform_real_distribution(0.5, 2.0)(random); });
}

/// 0, 1, 2 or 3.
inline SquareMatrix tiedDistances(size_t n, std::mt19937_64& random) {
  return distancesFrom(n, [&] { return static_cast<double>(random() % 4); });
}

inline Linkage singleLinkageOf(const SquareMatrix& distances) {
  return singleLinkage(primSpanningTree(distances.n, MatrixDistances{distances.values, distances.n}, Job{}));
}

enum class TreeShape { chain, balanced, singleLinkage };

/// A chain, in which single points join one big node; or balanced, in which nodes of like size join. Distances 1, 2, ….
inline Linkage randomTree(size_t points, TreeShape shape, std::mt19937_64& random) {
  std::vector<int32_t> open(points);
  for (size_t i = 0; i < points; ++i) open[i] = static_cast<int32_t>(i);
  std::shuffle(open.begin(), open.end(), random);
  Linkage linkage;
  const auto sizeOf = [&](int32_t node) {
    return static_cast<size_t>(node) < points ? 1 : linkage[static_cast<size_t>(node) - points].size;
  };
  while (open.size() > 1) {
    int32_t left = open[0], right = open[1];
    const auto size = sizeOf(left) + sizeOf(right);
    if (random() % 2) std::swap(left, right);
    const auto made = static_cast<int32_t>(points + linkage.size());
    linkage.push_back({left, right, static_cast<double>(linkage.size() + 1), size});
    open.erase(open.begin(), open.begin() + 2);
    open.insert(shape == TreeShape::chain ? open.begin() : open.end(), made);
  }
  return linkage;
}

} // namespace dant
