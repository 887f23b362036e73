#include "core/correction/waveforms.h"

#include <doctest/doctest.h>

#include <Eigen/Dense>
#include <cmath>
#include <random>

using namespace dant;

namespace {

/// K(u, v) between positions (C, 2) that are moved up by dy, and others.
Eigen::MatrixXd covariance(const std::vector<double>& moved, double dy, const std::vector<double>& at) {
  const auto count = static_cast<Eigen::Index>(at.size() / 2);
  return Eigen::MatrixXd::NullaryExpr(count, count, [&](Eigen::Index i, Eigen::Index j) {
    const auto u = 2 * static_cast<size_t>(i), v = 2 * static_cast<size_t>(j);
    return std::exp(-std::abs(moved[u] - at[v]) / 20 - std::abs(moved[u + 1] + dy - at[v + 1]) / 30);
  });
}

} // namespace

TEST_CASE("correction is kriging with the whole matrix, for any layout of the probe") {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  constexpr size_t samples = 21, units = 3, templates = 2;
  // One to seven columns: few have their states in registers.
  for (size_t columns : {1, 2, 4, 5, 7}) {
    std::vector<double> locations;
    constexpr size_t channels = 37;
    for (size_t c = 0; c < channels; ++c) {
      locations.push_back(static_cast<double>(c % columns) * 16);
      locations.push_back(static_cast<double>(c / columns) * 15 + static_cast<double>(c % columns % 2) * 7);
    }
    std::vector<double> values(4 * channels * samples);
    for (double& value : values) value = normal(random);
    const std::vector<int32_t> picked{3, 0, 2};
    const std::vector<double> shifts{12, -7.5, 0, -40, 3, 100};
    const Kriging<double> kriging(locations);
    const Waveforms waveforms{{}, values, picked, channels, samples};
    std::vector<double> corrected(units * channels * samples * templates);
    correctWaveforms(Job{.threads = 2}, waveforms, kriging, shifts, templates, 0, corrected);

    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::MatrixXd matrix = covariance(locations, 0, locations);
    matrix.diagonal().array() += 0.01;
    const Eigen::LDLT<Eigen::MatrixXd> solver(matrix);
    double worst = 0;
    for (size_t i = 0; i < units; ++i) {
      const Eigen::Map<const RowMajor> waveform(values.data() + static_cast<size_t>(picked[i]) * channels * samples,
                                                channels, samples);
      for (size_t k = 0; k < templates; ++k) {
        const Eigen::MatrixXd expected =
            covariance(locations, shifts[k * units + i], locations) * solver.solve(waveform);
        for (size_t c = 0; c < channels; ++c)
          for (size_t t = 0; t < samples; ++t)
            worst = std::max(worst, std::abs(corrected[((i * channels + c) * samples + t) * templates + k] -
                                             expected(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(t))));
      }
    }
    CAPTURE(columns);
    CHECK(worst < 1e-7);
  }
}

TEST_CASE("correction refuses units and shifts that do not fit") {
  const std::vector<double> locations{0, 0, 0, 20}, values(2 * 2 * 3);
  const Kriging<double> kriging(locations);
  std::vector<double> corrected(2 * 3);
  const std::vector<int32_t> none{2}, one{1};
  const std::vector<double> shift{0}, shifts{0, 0};
  const auto correct = [&](const std::vector<int32_t>& units, const std::vector<double>& by) {
    correctWaveforms(Job{}, {{}, values, units, 2, 3}, kriging, by, 1, 0, corrected);
  };
  CHECK_THROWS_AS(correct(none, shift), InputError);
  CHECK_THROWS_AS(correct(one, shifts), InputError);
  CHECK_NOTHROW(correct(one, shift));
}
