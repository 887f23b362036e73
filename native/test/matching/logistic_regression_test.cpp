#include "core/matching/logistic_regression.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace dant;

namespace {

struct Examples {
  std::vector<std::vector<float>> values;
  std::vector<const float*> rows;
  std::vector<double> isPositive, weights;

  void add(std::vector<float> row, bool positive, double weight) {
    values.push_back(std::move(row));
    isPositive.push_back(positive ? 1 : 0);
    weights.push_back(weight);
  }
  WeightedExamples all(size_t columns) {
    rows.clear();
    for (const auto& row : values) rows.push_back(row.data());
    return {rows, isPositive, weights, columns};
  }
};

/// Derivative of the penalised log likelihood, example by example.
std::vector<double> gradient(const Examples& examples, const Eigen::VectorXd& coefficients) {
  const auto columns = static_cast<size_t>(coefficients.size() - 1);
  std::vector<double> sums(columns + 1);
  for (size_t c = 0; c < columns; ++c) sums[c] = -coefficients[static_cast<Eigen::Index>(c)];
  for (size_t e = 0; e < examples.values.size(); ++e) {
    double linear = coefficients[static_cast<Eigen::Index>(columns)];
    for (size_t c = 0; c < columns; ++c)
      linear += coefficients[static_cast<Eigen::Index>(c)] * static_cast<double>(examples.values[e][c]);
    const double pull = examples.weights[e] * (examples.isPositive[e] - 1 / (1 + std::exp(-linear)));
    for (size_t c = 0; c < columns; ++c) sums[c] += pull * static_cast<double>(examples.values[e][c]);
    sums[columns] += pull;
  }
  return sums;
}

} // namespace

TEST_CASE("logistic regression: nothing pulls at what it finds, but at what must not fall below 0") {
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  Examples examples;
  for (int e = 0; e < 900; ++e) {
    const bool positive = e % 3 == 0;
    // The first column tells, the second points the wrong way, the third is noise.
    examples.add({normal(random) + (positive ? 1.5F : 0), normal(random) - (positive ? 1.0F : 0), normal(random)},
                 positive, positive ? 0.5 + 0.5 * (e % 2) : 1);
  }
  Eigen::VectorXd found = Eigen::VectorXd::Zero(4);
  fitLogistic(examples.all(3), 60, found);
  const auto pull = gradient(examples, found);
  CHECK(found[0] > 1);
  CHECK(std::abs(pull[0]) < 0.05);
  CHECK(found[1] == 0);
  CHECK(pull[1] < 0);
  CHECK(std::abs(pull[3]) < 0.05);
}

TEST_CASE("logistic regression: classes that do not overlap give finite coefficients that tell them apart") {
  Examples examples;
  for (int e = 0; e < 50; ++e)
    examples.add({e < 25 ? -20.0F - static_cast<float>(e) : 20.0F + static_cast<float>(e)}, e >= 25, 1);
  Eigen::VectorXd found = Eigen::VectorXd::Zero(2);
  fitLogistic(examples.all(1), 30, found);
  CHECK(found.allFinite());
  CHECK(found[0] > 0.05);
  CHECK(std::abs(found[1]) < 20 * found[0]);
}

TEST_CASE(
    "logistic regression: an example with a probability is one of both kinds, each with its share of the weight") {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  Examples shared, twice;
  for (int e = 0; e < 400; ++e) {
    const float value = normal(random);
    const double probability = 1 / (1 + std::exp(-2.0 * static_cast<double>(value) + 1));
    shared.add({value}, true, 1);
    shared.isPositive.back() = probability;
    twice.add({value}, true, probability);
    twice.add({value}, false, 1 - probability);
  }
  Eigen::VectorXd found = Eigen::VectorXd::Zero(2), expected = Eigen::VectorXd::Zero(2);
  fitLogistic(shared.all(1), 40, found);
  fitLogistic(twice.all(1), 40, expected);
  CHECK((found - expected).lpNorm<Eigen::Infinity>() < 1e-9);
  CHECK(found[0] > 1);
}
