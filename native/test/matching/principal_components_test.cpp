#include "core/matching/principal_components.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace dant;

namespace {

std::vector<double> normalNumbers(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> numbers(count);
  for (auto& number : numbers) number = normal(random);
  return numbers;
}

double dot(const double* a, const double* b, size_t length) {
  double sum = 0;
  for (size_t k = 0; k < length; ++k) sum += a[k] * b[k];
  return sum;
}

} // namespace

TEST_CASE("principal components: those of power iteration") {
  const size_t count = 90, length = 17, components = 4;
  auto rows = normalNumbers(count * length, 3);
  for (size_t i = 0; i < count; ++i) {
    // Variance that falls off with the column, an offset that centring takes away, and sizes that must not count.
    for (size_t t = 0; t < length; ++t) {
      rows[i * length + t] = (rows[i * length + t] / static_cast<double>(1 + t) + 0.7) * static_cast<double>(1 + i % 5);
    }
  }
  for (const bool centreRows : {true, false}) {
    std::vector<double> scores(count * components, 7);
    principalComponents(Job{}, rows, count, centreRows, components, scores);

    std::vector<double> shapes(rows);
    std::vector<double> mean(length, 0.0);
    for (size_t i = 0; i < count; ++i) {
      double* row = shapes.data() + i * length;
      double level = 0;
      for (size_t t = 0; t < length; ++t) level += row[t] / static_cast<double>(length);
      for (size_t t = 0; centreRows && t < length; ++t) row[t] -= level;
      const double norm = std::sqrt(dot(row, row, length));
      for (size_t t = 0; t < length; ++t) mean[t] += (row[t] /= norm) / static_cast<double>(count);
    }
    for (size_t i = 0; i < count; ++i)
      for (size_t t = 0; t < length; ++t) shapes[i * length + t] -= mean[t];
    for (size_t k = 0; k < components; ++k) {
      auto axis = normalNumbers(length, 4);
      std::vector<double> expected(count);
      for (int round = 0; round < 3000; ++round) {
        std::vector<double> next(length, 0.0);
        for (size_t i = 0; i < count; ++i) {
          expected[i] = dot(shapes.data() + i * length, axis.data(), length);
          for (size_t t = 0; t < length; ++t) next[t] += expected[i] * shapes[i * length + t];
        }
        const double norm = std::sqrt(dot(next.data(), next.data(), length));
        for (size_t t = 0; t < length; ++t) axis[t] = next[t] / norm;
      }
      // What this axis explains is taken away before the next one.
      for (size_t i = 0; i < count; ++i)
        for (size_t t = 0; t < length; ++t) shapes[i * length + t] -= expected[i] * axis[t];
      const double sign = scores[k] * expected[0] < 0 ? -1 : 1;
      double worst = 0;
      for (size_t i = 0; i < count; ++i) {
        worst = std::max(worst, std::abs(sign * scores[i * components + k] - expected[i]));
      }
      CAPTURE(k);
      CHECK(worst < 1e-6);
    }
  }
}

TEST_CASE("principal components: rows without a shape, and more components than columns") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  // The third and fourth have no shape: they are taken as the mean of the others, whose scores are 0.
  const std::vector<double> rows{1, 2, 4, 3, 1, 0, 5, 5, 5, 1, nan, 2, 0, 1, 0};
  std::vector<double> scores(5 * 6, 7);
  principalComponents(Job{}, rows, 5, true, 6, scores);
  for (const size_t i : {2, 3})
    for (size_t k = 0; k < 6; ++k) CHECK(scores[i * 6 + k] == 0);
  for (size_t i = 0; i < 5; ++i)
    for (size_t k = 3; k < 6; ++k) CHECK(scores[i * 6 + k] == 0);
  CHECK(scores[0] != 0);
  CHECK_THROWS_AS(principalComponents(Job{}, rows, 5, true, 7, scores), InputError);
  std::vector<double> none;
  CHECK_NOTHROW(principalComponents(Job{}, none, 0, true, 3, none));
}
