// What units look like, for the probabilistic method: aligned waveforms, principal components, first matches.
#include "core/matching/aligned_waveforms.h"
#include "core/matching/principal_components.h"
#include "core/matching/shape_similarity.h"

#include <doctest/doctest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

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

/// Two staggered columns, 20 µm apart.
std::vector<double> probe(size_t channels) {
  std::vector<double> locations;
  for (size_t c = 0; c < channels; ++c) {
    locations.push_back(c % 2 ? 32 : 0);
    locations.push_back(20.0 * static_cast<double>(c / 2) + (c % 2 ? 10 : 0));
  }
  return locations;
}

/// Waveforms (n, C, T) of units at some depth that are sums of `rank` shapes in time.
std::vector<double> waveformsOfRank(size_t rank, const std::vector<double>& depths,
                                    const std::vector<double>& locations, size_t samples) {
  const size_t channels = locations.size() / 2;
  const auto shapes = normalNumbers(rank * samples, 1), mixture = normalNumbers(depths.size() * channels * rank, 2);
  std::vector<double> waveforms(depths.size() * channels * samples, 0.0);
  for (size_t i = 0; i < depths.size(); ++i) {
    for (size_t c = 0; c < channels; ++c) {
      const double height = 80 * std::exp(-std::abs(locations[2 * c + 1] - depths[i]) / 40);
      for (size_t r = 0; r < rank; ++r) {
        const double factor = height * (1 + 0.3 * mixture[(i * channels + c) * rank + r]);
        for (size_t t = 0; t < samples; ++t)
          waveforms[(i * channels + c) * samples + t] += factor * shapes[r * samples + t];
      }
    }
  }
  return waveforms;
}

int32_t nearestChannel(const std::vector<double>& locations, double depth) {
  size_t nearest = 0;
  for (size_t c = 0; 2 * c < locations.size(); ++c) {
    if (std::abs(locations[2 * c + 1] - depth) < std::abs(locations[2 * nearest + 1] - depth)) nearest = c;
  }
  return static_cast<int32_t>(nearest);
}

/// The waveform (C, T) of a unit where the probe has no channels: kriging as the formula says, with full matrices.
/// One row of T samples for each place (x, y).
Eigen::MatrixXd krigedSlowly(const double* waveform, const std::vector<double>& locations, size_t samples,
                             const std::vector<std::pair<double, double>>& places) {
  const auto channels = static_cast<Eigen::Index>(locations.size() / 2);
  const auto kernel = [](double dx, double dy) { return std::exp(-std::abs(dx) / 20 - std::abs(dy) / 30); };
  const auto x = [&](Eigen::Index c) { return locations[static_cast<size_t>(2 * c)]; };
  const auto y = [&](Eigen::Index c) { return locations[static_cast<size_t>(2 * c + 1)]; };
  Eigen::MatrixXd among(channels, channels), to(static_cast<Eigen::Index>(places.size()), channels);
  for (Eigen::Index c = 0; c < channels; ++c) {
    for (Eigen::Index d = 0; d < channels; ++d) among(c, d) = kernel(x(c) - x(d), y(c) - y(d)) + (c == d ? 0.01 : 0);
    for (Eigen::Index p = 0; p < to.rows(); ++p) {
      to(p, c) = kernel(places[static_cast<size_t>(p)].first - x(c), places[static_cast<size_t>(p)].second - y(c));
    }
  }
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> recorded(
      waveform, channels, static_cast<Eigen::Index>(samples));
  return to * among.inverse() * recorded;
}

} // namespace

TEST_CASE("aligned waveforms have the products of fully kriged ones, wherever the unit is") {
  const size_t samples = 24;
  const auto locations = probe(40);
  const std::vector<double> depths{120, 133.5, 210, 251.25, 30};
  // Three shapes in time: nothing is lost when they are projected onto five.
  const auto values = waveformsOfRank(3, depths, locations, samples);
  std::vector<int32_t> units(depths.size()), peaks;
  for (size_t i = 0; i < units.size(); ++i) units[i] = static_cast<int32_t>(i);
  for (const double depth : depths) peaks.push_back(nearestChannel(locations, depth));
  Waveforms waveforms{{}, values, units, locations.size() / 2, samples};
  const size_t length = alignedLength(locations, samples);
  CHECK(length == 11 * 2 * 5);
  std::vector<double> aligned(units.size() * length);
  alignWaveforms(Job{}, waveforms, locations, depths, peaks, aligned);

  std::vector<Eigen::MatrixXd> slow;
  for (size_t i = 0; i < depths.size(); ++i) {
    std::vector<std::pair<double, double>> places;
    for (double offset = -100; offset <= 100; offset += 20)
      for (const double x : {0.0, 32.0}) places.emplace_back(x, depths[i] + offset);
    slow.push_back(krigedSlowly(values.data() + i * waveforms.size(), locations, samples, places));
  }
  for (size_t i = 0; i < depths.size(); ++i) {
    for (size_t j = 0; j <= i; ++j) {
      const double expected = slow[i].cwiseProduct(slow[j]).sum();
      const double scale = slow[i].norm() * slow[j].norm();
      const double found = dot(aligned.data() + i * length, aligned.data() + j * length, length);
      CHECK(std::abs(found - expected) < 1e-6 * scale);
    }
  }

  Job twoThreads;
  twoThreads.threads = 2;
  std::vector<double> again(aligned.size());
  alignWaveforms(twoThreads, waveforms, locations, depths, peaks, again);
  CHECK(again == aligned);
}

TEST_CASE("aligned waveforms: many columns are thinned out, and what does not fit is refused") {
  std::vector<double> locations;
  for (size_t c = 0; c < 20; ++c) {
    locations.push_back(5.0 * static_cast<double>(c));
    locations.push_back(10.0 * static_cast<double>(c));
  }
  const auto columns = alignedColumns(locations);
  CHECK(columns.size() == 8);
  CHECK(columns.front() == 0);
  CHECK(columns.back() == doctest::Approx(95));
  CHECK(alignedLength(locations, 3) == 11 * 8 * 3); // no more components than samples

  const std::vector<double> values(20 * 3, 1.0), depths{50};
  const std::vector<int32_t> units{0}, outside{20}, peak{3};
  const Waveforms waveforms{{}, values, units, 20, 3};
  std::vector<double> aligned(11 * 8 * 3);
  CHECK_THROWS_AS(alignWaveforms(Job{}, waveforms, locations, depths, outside, aligned), InputError);
  aligned.pop_back();
  CHECK_THROWS_AS(alignWaveforms(Job{}, waveforms, locations, depths, peak, aligned), InputError);
}

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

TEST_CASE("mutual matches: those of a look at every pair") {
  std::mt19937 random(5);
  const size_t units = 120, sessions = 5;
  std::vector<int32_t> session(units);
  std::vector<double> x(units), depth(units);
  auto first = normalNumbers(units * 6, 6);
  const auto second = normalNumbers(units * 2, 7);
  for (size_t i = 0; i < units; ++i) {
    session[i] = static_cast<int32_t>(1 + random() % sessions);
    x[i] = static_cast<double>(random() % 60);
    depth[i] = static_cast<double>(random() % 400);
  }
  std::fill_n(first.begin() + 6 * 11, 6, 0.0); // a unit without a shape
  const std::vector<ShapeFeature> features{{first, 6, 0.85}, {second, 2, 0.15}};
  const ShapeSimilarity similarity(units, features);
  const auto slowly = [&](size_t i, size_t j) {
    double sum = 0;
    for (const auto& [scores, k, weight] : features) {
      const double *a = scores.data() + i * k, *b = scores.data() + j * k;
      const double norms = std::sqrt(dot(a, a, k) * dot(b, b, k));
      const double cosine = norms > 0 ? dot(a, b, k) / norms : 0;
      sum += weight * std::min(6.0, std::max(-6.0, std::atanh(cosine)));
    }
    return sum;
  };
  const double maxDistance = 120;
  for (const double locationWeight : {0.0, 0.3}) {
    const auto score = [&](size_t i, size_t j) {
      const double away = std::sqrt(std::pow(x[i] - x[j], 2) + std::pow(depth[i] - depth[j], 2));
      return slowly(i, j) - locationWeight * std::min(away / 20, 3.0);
    };
    const auto bestIn = [&](size_t i, int32_t wanted) {
      size_t best = units;
      for (size_t j = 0; j < units; ++j) {
        if (j == i || session[j] != wanted || std::abs(depth[i] - depth[j]) > maxDistance) continue;
        if (best == units || score(i, j) > score(i, best)) best = j;
      }
      return best;
    };
    for (const int threads : {1, 3}) {
      Job job;
      job.threads = threads;
      const auto found = mutualMatches(job, similarity, {session, x, depth}, maxDistance, locationWeight);
      std::vector<std::pair<size_t, size_t>> pairs, expected;
      for (const auto [i, j] : found.pairs) pairs.emplace_back(i, j);
      std::vector<double> scores, sameSession;
      for (size_t i = 0; i < units; ++i) {
        const size_t own = bestIn(i, session[i]);
        if (own < units) sameSession.push_back(score(i, own));
        for (int32_t s = 1; s <= static_cast<int32_t>(sessions); ++s) {
          const size_t j = s == session[i] ? units : bestIn(i, s);
          if (j == units || j < i || bestIn(j, session[i]) != i) continue;
          expected.emplace_back(i, j);
          scores.push_back(score(i, j));
        }
      }
      REQUIRE(expected.size() > 50);
      CHECK(pairs == expected);
      REQUIRE(found.scores.size() == scores.size());
      for (size_t k = 0; k < scores.size(); ++k) CHECK(found.scores[k] == doctest::Approx(scores[k]).epsilon(1e-3));
      REQUIRE(found.sameSession.size() == sameSession.size());
      for (size_t k = 0; k < sameSession.size(); ++k) {
        CHECK(found.sameSession[k] == doctest::Approx(sameSession[k]).epsilon(1e-4));
      }
    }
  }
  CHECK_THROWS_AS(ShapeSimilarity(units + 1, features), InputError);
}
