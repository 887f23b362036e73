#include "core/matching/mutual_best.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace dant {

namespace {

constexpr double none = -std::numeric_limits<double>::infinity();
constexpr double widthUm = 20;

double fisherOfCosine(const float* a, const float* b, size_t length) {
  float dot[8] = {};
  size_t k = 0;
  for (; k + 8 <= length; k += 8)
    for (size_t lane = 0; lane < 8; ++lane) dot[lane] += a[k + lane] * b[k + lane];
  for (; k < length; ++k) dot[0] += a[k] * b[k];
  const double sum = ((dot[0] + dot[4]) + (dot[2] + dot[6])) + ((dot[1] + dot[5]) + (dot[3] + dot[7]));
  return std::atanh(std::clamp(sum, -0.999, 0.999));
}

double fisherOf(std::span<const float> rows, size_t units, size_t i, size_t j) {
  const size_t length = rows.size() / units;
  return fisherOfCosine(rows.data() + i * length, rows.data() + j * length, length);
}

struct Best {
  double score = none;
  int32_t unit = -1;
  void offer(double candidate, size_t other) {
    if (candidate <= score) return;
    score = candidate;
    unit = static_cast<int32_t>(other);
  }
};

} // namespace

double likeness(const ComparedUnits& units, size_t i, size_t j) {
  const size_t n = units.sessions.size();
  double score = fisherOf(units.aligned, n, i, j) + fisherOf(units.alignedSlope, n, i, j);
  if (units.usesPlace) score -= std::abs(units.xUm[i] - units.xUm[j]) / widthUm;
  if (units.usesAmplitude) score -= std::abs(units.logAmplitudes[i] - units.logAmplitudes[j]);
  if (!units.correlogram.empty()) score += 0.5 * fisherOf(units.correlogram, n, i, j);
  return score;
}

std::vector<MutualBest> mutualBestPairs(const Job& job, const ComparedUnits& units, double maxDistanceUm) {
  const size_t n = units.sessions.size();
  const auto fits = [&](size_t size) { return size == n; };
  if (!fits(units.shanks.size()) || !fits(units.usable.size()) || !fits(units.xUm.size()) ||
      !fits(units.depthsUm.size()) || !fits(units.logAmplitudes.size()) ||
      units.aligned.size() != units.alignedSlope.size() || (n > 0 && units.aligned.size() % n != 0)) {
    throw InputError("The places or shapes do not fit the number of units.");
  }
  const int32_t sessions = n == 0 ? 0 : *std::max_element(units.sessions.begin(), units.sessions.end());
  std::vector<std::vector<size_t>> members(static_cast<size_t>(sessions) + 1);
  for (size_t u = 0; u < n; ++u)
    if (units.usable[u]) members[static_cast<size_t>(units.sessions[u])].push_back(u);
  std::vector<MutualBest> found;
  for (int32_t a = 1; a <= sessions; ++a)
    for (int32_t b = a; b <= sessions; ++b) found.push_back({a, b, {}, {}, {}});

  const auto bins = static_cast<size_t>(std::ceil(2 * maxDistanceUm / displacementBinUm));
  parallelFor(
      job, found.size(),
      [&](size_t task) {
        auto& [a, b, pairs, scores, displacements] = found[task];
        const auto& first = members[static_cast<size_t>(a)];
        const auto& second = members[static_cast<size_t>(b)];
        std::vector<Best> ofFirst(first.size()), ofSecond(second.size());
        displacements.assign(bins, 0);
        for (size_t p = 0; p < first.size(); ++p) {
          job.throwIfAborted();
          for (size_t q = a == b ? p + 1 : 0; q < second.size(); ++q) {
            const size_t i = first[p], j = second[q];
            const double shift = units.depthsUm[j] - units.depthsUm[i];
            if (units.shanks[i] != units.shanks[j] || !(std::abs(shift) < maxDistanceUm)) continue;
            ++displacements[std::min(bins - 1, static_cast<size_t>((shift + maxDistanceUm) / displacementBinUm))];
            const double score = likeness(units, i, j);
            ofFirst[p].offer(score, q);
            (a == b ? ofFirst : ofSecond)[q].offer(score, p);
          }
        }
        const auto& back = a == b ? ofFirst : ofSecond;
        std::vector<size_t> mutual;
        for (size_t p = 0; p < first.size(); ++p) {
          const auto q = ofFirst[p].unit;
          if (q < 0 || back[static_cast<size_t>(q)].unit != static_cast<int32_t>(p)) continue;
          if (a != b || static_cast<size_t>(q) > p) mutual.push_back(p);
        }
        std::stable_sort(mutual.begin(), mutual.end(),
                         [&](size_t p, size_t q) { return ofFirst[p].score > ofFirst[q].score; });
        for (const size_t p : mutual) {
          pairs.push_back(
              {static_cast<int32_t>(first[p]), static_cast<int32_t>(second[static_cast<size_t>(ofFirst[p].unit)])});
          scores.push_back(ofFirst[p].score);
        }
      },
      true);
  return found;
}

} // namespace dant
