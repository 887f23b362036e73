#include "core/clustering/lda.h"

#include <doctest/doctest.h>

#include <Eigen/Dense>
#include <cmath>
#include <random>

using namespace dant;

namespace {

struct Rows {
  std::vector<double> values; ///< (n, 3)
  std::vector<uint8_t> inClass1;
};

Rows correlatedRows(size_t count) {
  std::mt19937 random(17);
  std::normal_distribution<double> normal;
  Rows rows;
  for (size_t i = 0; i < count; ++i) {
    const bool inClass1 = i % 3 == 0;
    const double a = normal(random), b = normal(random), c = normal(random);
    rows.values.insert(rows.values.end(),
                       {a + (inClass1 ? 1.0 : 0), 100 * (0.6 * a + b) - (inClass1 ? 80.0 : 0), 0.01 * (c + b)});
    rows.inClass1.push_back(inClass1);
  }
  return rows;
}

} // namespace

TEST_CASE("the linear discriminant is that of the formula") {
  const auto rows = correlatedRows(3001);
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>> x(rows.values.data(), 3001, 3);
  Eigen::Vector3d means[2] = {Eigen::Vector3d::Zero(), Eigen::Vector3d::Zero()};
  double counts[2] = {};
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    means[rows.inClass1[static_cast<size_t>(i)]] += x.row(i).transpose();
    ++counts[rows.inClass1[static_cast<size_t>(i)]];
  }
  for (int k = 0; k < 2; ++k) means[k] /= counts[k];
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    const Eigen::Vector3d d = x.row(i).transpose() - means[rows.inClass1[static_cast<size_t>(i)]];
    covariance += d * d.transpose() / (3001 - 2);
  }
  const Eigen::Vector3d expected = covariance.inverse() * (means[1] - means[0]);
  const double intercept = -0.5 * (means[0] + means[1]).dot(expected) + std::log(counts[1] / counts[0]);

  const auto found = linearDiscriminant<double>(rows.values, 3, rows.inClass1, Job{});
  REQUIRE(found);
  for (Eigen::Index f = 0; f < 3; ++f)
    CHECK(found->coefficients[static_cast<size_t>(f)] == doctest::Approx(expected[f]).epsilon(1e-9));
  CHECK(found->intercept == doctest::Approx(intercept).epsilon(1e-9));

  const auto threaded = linearDiscriminant<double>(rows.values, 3, rows.inClass1, Job{.threads = 3});
  CHECK(threaded->coefficients == found->coefficients);
  CHECK(threaded->intercept == found->intercept);
}

TEST_CASE("a duplicate and a constant feature change no decision") {
  const auto rows = correlatedRows(900);
  std::vector<double> wide;
  for (size_t i = 0; i < 900; ++i) {
    for (size_t f = 0; f < 3; ++f) wide.push_back(rows.values[3 * i + f]);
    wide.insert(wide.end(), {rows.values[3 * i], 4});
  }
  const auto narrow = linearDiscriminant<double>(rows.values, 3, rows.inClass1, Job{});
  const auto found = linearDiscriminant<double>(wide, 5, rows.inClass1, Job{});
  REQUIRE((narrow && found));
  const auto& of = found->coefficients;
  CHECK(of[0] + of[3] == doctest::Approx(narrow->coefficients[0]).epsilon(1e-6));
  CHECK(of[0] == doctest::Approx(of[3]).epsilon(1e-6));
  CHECK(of[4] == 0);
  CHECK(found->intercept == doctest::Approx(narrow->intercept).epsilon(1e-6));
}

TEST_CASE("no discriminant of one class, and none of numbers that are not finite") {
  auto rows = correlatedRows(30);
  const std::vector<uint8_t> all(30, 1), none(30, 0);
  CHECK(!linearDiscriminant<double>(rows.values, 3, all, Job{}));
  CHECK(!linearDiscriminant<double>(rows.values, 3, none, Job{}));
  rows.values[7] = std::nan("");
  CHECK_THROWS_AS(linearDiscriminant<double>(rows.values, 3, rows.inClass1, Job{}), InputError);
}
