#include "core/matching/shape_similarity.h"

#include "core/similarity/fisher.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace dant {

namespace {

constexpr double none = -std::numeric_limits<double>::infinity();

double fisher(double cosine) {
  static const double limit = std::tanh(largestFisherZ);
  return std::atanh(std::clamp(cosine, -limit, limit));
}

struct Best {
  double score = none;
  int32_t unit = -1;

  void offer(double candidate, int32_t other) {
    if (candidate > score || (candidate == score && other < unit)) {
      score = candidate;
      unit = other;
    }
  }
};

} // namespace

ShapeSimilarity::ShapeSimilarity(size_t units, std::span<const ShapeFeature> features) {
  for (const auto& feature : features) {
    const size_t k = feature.components;
    if (feature.scores.size() != units * k) throw InputError("The scores of a feature do not fit the number of units.");
    Rows rows{std::vector<float>(units * k), k, feature.weight};
    for (size_t i = 0; i < units; ++i) {
      const double* from = feature.scores.data() + i * k;
      const double norm = std::sqrt(std::inner_product(from, from + k, from, 0.0));
      if (norm == 0) continue;
      for (size_t c = 0; c < k; ++c) rows.unit[i * k + c] = static_cast<float>(from[c] / norm);
    }
    features_.push_back(std::move(rows));
  }
}

double ShapeSimilarity::operator()(size_t i, size_t j) const {
  double sum = 0;
  for (const auto& rows : features_) {
    const float* a = rows.unit.data() + i * rows.components;
    const float* b = rows.unit.data() + j * rows.components;
    float cosine = 0;
    for (size_t c = 0; c < rows.components; ++c) cosine += a[c] * b[c];
    sum += rows.weight * fisher(cosine);
  }
  return sum;
}

MutualMatches mutualMatches(const Job& job, const ShapeSimilarity& similarity, const UnitPlaces& places,
                            double maxDistanceUm, double locationWeight) {
  const size_t units = places.sessions.size();
  if (places.depthsUm.size() != units || places.xUm.size() != units) {
    throw InputError("The places do not fit the number of units.");
  }
  const auto sessions =
      static_cast<size_t>(units == 0 ? 0 : *std::max_element(places.sessions.begin(), places.sessions.end()));
  std::vector<int32_t> byDepth(units);
  std::iota(byDepth.begin(), byDepth.end(), 0);
  const auto depth = [&](int32_t unit) { return places.depthsUm[static_cast<size_t>(unit)]; };
  std::sort(byDepth.begin(), byDepth.end(),
            [&](int32_t a, int32_t b) { return depth(a) != depth(b) ? depth(a) < depth(b) : a < b; });

  std::vector<Best> best(units * sessions);
  parallelFor(job, units, [&](size_t i) {
    const double from = places.depthsUm[i] - maxDistanceUm;
    auto at = std::lower_bound(byDepth.begin(), byDepth.end(), from, [&](int32_t u, double d) { return depth(u) < d; });
    for (; at != byDepth.end() && depth(*at) <= places.depthsUm[i] + maxDistanceUm; ++at) {
      const auto j = static_cast<size_t>(*at);
      if (j == i) continue;
      double score = similarity(std::min(i, j), std::max(i, j));
      if (locationWeight > 0) {
        const double away = std::hypot(places.xUm[i] - places.xUm[j], places.depthsUm[i] - places.depthsUm[j]);
        score -= locationWeight * std::min(away / 20, 3.0);
      }
      best[i * sessions + static_cast<size_t>(places.sessions[j] - 1)].offer(score, *at);
    }
  });

  MutualMatches matches;
  for (size_t i = 0; i < units; ++i) {
    for (size_t s = 0; s < sessions; ++s) {
      const auto& [score, j] = best[i * sessions + s];
      if (j < 0) continue;
      const auto own = static_cast<size_t>(places.sessions[i] - 1);
      if (s == own) {
        matches.sameSession.push_back(score);
      } else if (static_cast<size_t>(j) > i &&
                 best[static_cast<size_t>(j) * sessions + own].unit == static_cast<int32_t>(i)) {
        matches.pairs.push_back({static_cast<int32_t>(i), j});
        matches.scores.push_back(score);
      }
    }
  }
  return matches;
}

} // namespace dant
