#include "core/matching/split_units.h"

#include "core/matching/logistic_regression.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dant {

namespace {

constexpr int rounds = 200, steps = 3;
constexpr double unchanged = 1e-4, firstConstant = -4, most = 30;
constexpr double acrossUm = 20, alongUm = 8, largestCosine = 0.999;
constexpr size_t likenesses = 3;

double probability(double logOdds) { return 1 / (1 + std::exp(-std::clamp(logOdds, -most, most))); }

/// (P, columns) each column with mean 0 and variance 1.
std::vector<float> standardised(std::span<const double> values, size_t columns) {
  const size_t count = values.size() / columns;
  std::vector<float> result(values.size());
  for (size_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0;
    for (size_t p = 0; p < count; ++p) sum += values[p * columns + c];
    const double mean = sum / static_cast<double>(count);
    for (size_t p = 0; p < count; ++p) squares += std::pow(values[p * columns + c] - mean, 2);
    const double deviation = std::max(std::sqrt(squares / static_cast<double>(count)), 1e-9);
    for (size_t p = 0; p < count; ++p)
      result[p * columns + c] = static_cast<float>((values[p * columns + c] - mean) / deviation);
  }
  return result;
}

} // namespace

std::vector<double> splitLogOdds(const Job& job, std::span<const double> likeness, size_t columns,
                                 std::span<const double> logRatios) {
  const size_t count = logRatios.size();
  if (likeness.size() != count * columns) throw InputError("The likenesses do not fit the log ratios.");
  if (count == 0) return {};
  const auto features = standardised(likeness, columns);
  Eigen::VectorXd coefficients = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(columns) + 1);
  coefficients[static_cast<Eigen::Index>(columns)] = firstConstant;
  std::vector<double> logOdds(count);
  const auto assess = [&] {
    for (size_t p = 0; p < count; ++p) {
      logOdds[p] = coefficients[static_cast<Eigen::Index>(columns)] + logRatios[p];
      for (size_t c = 0; c < columns; ++c)
        logOdds[p] += coefficients[static_cast<Eigen::Index>(c)] * static_cast<double>(features[p * columns + c]);
    }
  };
  std::vector<const float*> rows;
  for (size_t p = 0; p < count; ++p) rows.push_back(features.data() + p * columns);
  std::vector<double> positive(count);
  const std::vector<double> weights(count, 1.0);
  for (int round = 0; round < rounds; ++round) {
    job.throwIfAborted();
    assess();
    std::transform(logOdds.begin(), logOdds.end(), positive.begin(), probability);
    const Eigen::VectorXd before = coefficients;
    fitLogistic({rows, positive, weights, columns}, steps, coefficients);
    if ((coefficients - before).lpNorm<Eigen::Infinity>() < unchanged) break;
  }
  assess();
  return logOdds;
}

FoundSplits findSplitUnits(const Job& job, const SpikeTrains& trains, std::span<const int32_t> units,
                           const PlacedUnits& places, std::span<const float> aligned) {
  const size_t n = units.size(), length = n == 0 ? 0 : aligned.size() / n;
  if (aligned.size() != n * length) throw InputError("The shapes do not fit the number of units.");
  const auto pairs = neighboursWithinSessions(job, places);
  const auto logRatios = splitLogRatios(job, trains, units, pairs);
  std::vector<double> likeness(pairs.size() * likenesses);
  for (size_t p = 0; p < pairs.size(); ++p) {
    const auto i = static_cast<size_t>(pairs[p].i), j = static_cast<size_t>(pairs[p].j);
    const float* shape = aligned.data() + i * length;
    const double cosine = std::inner_product(shape, shape + length, aligned.data() + j * length, 0.0F);
    double* row = likeness.data() + p * likenesses;
    row[0] = std::atanh(std::clamp(cosine, -largestCosine, largestCosine));
    row[1] = -std::abs(places.xUm[i] - places.xUm[j]) / acrossUm;
    row[2] = -std::log1p(std::pow((places.depthsUm[i] - places.depthsUm[j]) / alongUm, 2));
  }
  const auto logOdds = splitLogOdds(job, likeness, likenesses, logRatios);
  FoundSplits found;
  for (size_t p = 0; p < pairs.size(); ++p) {
    if (!(logOdds[p] > 0) || !(logRatios[p] > 0)) continue;
    found.pairs.push_back(pairs[p]);
    found.logOdds.push_back(logOdds[p]);
  }
  return found;
}

} // namespace dant
