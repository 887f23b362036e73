// Correlograms, interval histograms and smoothing, against loops over all pairs.
#include "core/features/correlogram.h"
#include "core/features/gaussian.h"
#include "core/features/isi_histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace dant;

namespace {

/// Spike times in any order, of which some coincide and some are whole bins apart.
std::vector<double> spikes(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> times(count);
  for (double& time : times)
    time = random() % 3 == 0 ? static_cast<double>(random() % 400) / 2
                             : std::uniform_real_distribution<double>(0, 200)(random);
  return times;
}

double worstDifference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

/// Reflected about the half sample, step by step.
double reflected(const double* row, int64_t length, int64_t at) {
  while (at < 0 || at >= length) at = at < 0 ? -1 - at : 2 * length - 1 - at;
  return row[at];
}

std::vector<double> plainSmooth(const std::vector<double>& row, double sigma) {
  const auto length = static_cast<int64_t>(row.size());
  const auto radius = static_cast<int64_t>(4 * sigma + 0.5);
  std::vector<double> out;
  for (int64_t i = 0; i < length; ++i) {
    double sum = 0, total = 0;
    for (int64_t k = -radius; k <= radius; ++k) {
      const auto deviation = sigma > 0 ? static_cast<double>(k) / sigma : 0.0;
      const double weight = std::exp(-deviation * deviation / 2);
      sum += weight * reflected(row.data(), length, i + k);
      total += weight;
    }
    out.push_back(sum / total);
  }
  return out;
}

} // namespace

TEST_CASE("autocorrelograms count all pairs, smooth each half and have the maximum 1") {
  const auto first = spikes(150, 1), second = spikes(90, 2);
  auto times = first;
  times.insert(times.end(), second.begin(), second.end());
  const SpikeTrains trains{times, {0, first.size(), times.size(), times.size()}};
  for (const double sigma : {0.0, 1.3}) {
    constexpr double window = 25, width = 0.5;
    const size_t bins = correlogramBins(window, width);
    REQUIRE(bins == 51);
    std::vector<double> out(3 * (2 * bins - 1));
    autoCorrelograms(Job{.threads = 2}, trains, window, width, sigma * width, out);
    for (size_t unit = 0; unit < 2; ++unit) {
      const auto& train = unit == 0 ? first : second;
      std::vector<double> counts(bins);
      const double zero = *std::min_element(train.begin(), train.end());
      for (size_t i = 0; i < train.size(); ++i)
        for (size_t j = 0; j < i; ++j) {
          const double bin = std::nearbyint(std::abs((train[i] - zero) - (train[j] - zero)) / width);
          if (bin < static_cast<double>(bins)) ++counts[static_cast<size_t>(bin)];
        }
      const auto half = plainSmooth({counts.begin() + 1, counts.end()}, sigma);
      std::vector<double> expected(half.rbegin(), half.rend());
      expected.push_back(counts[0]);
      expected.insert(expected.end(), half.begin(), half.end());
      const double largest = *std::max_element(expected.begin(), expected.end());
      for (double& value : expected) value /= largest;
      const auto row = out.begin() + static_cast<std::ptrdiff_t>(unit * expected.size());
      CHECK(worstDifference({row, row + static_cast<std::ptrdiff_t>(expected.size())}, expected) < 1e-12);
    }
    CHECK(std::all_of(out.end() - 101, out.end(), [](double value) { return std::isnan(value); }));
  }
}

TEST_CASE("cross-correlograms count the lags of all pairs") {
  const auto a = spikes(120, 3), b = spikes(200, 4);
  constexpr double window = 10, width = 0.4;
  const auto last = static_cast<int64_t>(correlogramBins(window, width)) - 1;
  const double zero = std::min(*std::min_element(a.begin(), a.end()), *std::min_element(b.begin(), b.end()));
  std::vector<double> expected(static_cast<size_t>(2 * last + 1));
  for (const double from : a)
    for (const double to : b) {
      const auto bin = static_cast<int64_t>(std::nearbyint(((to - zero) - (from - zero)) / width));
      if (std::abs(bin) <= last) ++expected[static_cast<size_t>(bin + last)];
    }
  CHECK(crossCorrelogram(Job{}, a, b, window, width) == expected);
  CHECK(std::count(expected.begin(), expected.end(), 0) < 10);
}

TEST_CASE("interval histograms: half-open bins, the last one closed, as shares of those in range") {
  // Intervals of 1, 1, 2.5, 10 (the window) and 11 ms.
  const std::vector<double> times{4.5, 0, 1, 2, 14.5, 25.5};
  const SpikeTrains trains{times, {0, times.size()}};
  REQUIRE(isiBins(10, 1) == 10);
  std::vector<double> out(10);
  isiHistograms(Job{}, trains, 10, 1, 0, out);
  CHECK(worstDifference(out, {0, 0.5, 0.25, 0, 0, 0, 0, 0, 0, 0.25}) < 1e-15);

  isiHistograms(Job{}, trains, 10, 1, 1.7, out);
  CHECK(worstDifference(out, plainSmooth({0, 0.5, 0.25, 0, 0, 0, 0, 0, 0, 0.25}, 1.7)) < 1e-15);
}

TEST_CASE("smoothing is the sum over the kernel, with the row reflected at its ends") {
  std::mt19937 random(8);
  for (size_t length : {1, 2, 5, 64, 40000}) {
    std::vector<double> row(length), out(length);
    for (double& value : row) value = std::uniform_real_distribution<double>(-1, 1)(random);
    for (const double sigma : {0.0, 0.7, 3.0, 9.0}) {
      smoothRows(Job{.threads = 3}, row, length, sigma, out);
      CHECK(worstDifference(out, plainSmooth(row, sigma)) < 1e-13);
    }
  }
}
