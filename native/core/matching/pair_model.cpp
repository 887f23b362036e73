#include "core/matching/pair_model.h"

#include "core/matching/neuron_clusters.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

namespace dant {

namespace {

constexpr int rounds = 4;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The vectors' columns that vary, each with mean 0 and variance 1.
RowMajor standardise(std::span<const double> vectors, size_t count, size_t dimensions) {
  const Eigen::Map<const RowMajor> given(vectors.data(), static_cast<Eigen::Index>(count),
                                         static_cast<Eigen::Index>(dimensions));
  RowMajor out(given.rows(), given.cols());
  Eigen::Index kept = 0;
  for (Eigen::Index d = 0; d < given.cols(); ++d) {
    const double mean = given.col(d).mean();
    const Eigen::VectorXd centred = given.col(d).array() - mean;
    const double deviation = centred.norm() / std::sqrt(static_cast<double>(std::max<size_t>(count, 2) - 1));
    if (!(deviation > 1e-9 * (1 + std::abs(mean)))) continue;
    out.col(kept++) = centred / deviation;
  }
  out.conservativeResize(Eigen::NoChange, kept);
  return out;
}

struct WeightedPair {
  UnitPair pair;
  double weight;
};

struct Coordinates {
  RowMajor units;
  NeuronEvidence evidence;
};

Coordinates learnCoordinates(const RowMajor& vectors, const std::vector<WeightedPair>& matches) {
  const Eigen::Index dimensions = vectors.cols();
  Eigen::MatrixXd within = Eigen::MatrixXd::Zero(dimensions, dimensions);
  double total = 0;
  for (const auto& [pair, weight] : matches) {
    const Eigen::VectorXd difference = (vectors.row(pair.i) - vectors.row(pair.j)).transpose();
    within.selfadjointView<Eigen::Lower>().rankUpdate(difference, weight / 2);
    total += weight;
  }
  within = within.selfadjointView<Eigen::Lower>();
  within /= total;
  const auto d = static_cast<double>(dimensions);
  const Eigen::VectorXd diagonal = within.diagonal();
  within *= total / (d + total);
  within.diagonal() += diagonal * (d / (d + total) + 1e-3);
  within.diagonal().array() += 1e-6;
  const Eigen::MatrixXd all =
      vectors.transpose() * vectors / static_cast<double>(std::max<Eigen::Index>(vectors.rows(), 2) - 1);
  const Eigen::GeneralizedSelfAdjointEigenSolver<Eigen::MatrixXd> axes(all - within, within);
  const Eigen::VectorXd betweenVariance = axes.eigenvalues().cwiseMax(0.0);
  return {vectors * axes.eigenvectors(), NeuronEvidence({betweenVariance.begin(), betweenVariance.end()})};
}

std::vector<double> logRatios(const Job& job, const RowMajor& units, const NeuronEvidence& evidence,
                              std::span<const UnitPair> pairs) {
  std::vector<double> ratios(pairs.size());
  constexpr size_t grain = 1 << 12;
  parallelFor(job, (pairs.size() + grain - 1) / grain, [&](size_t block) {
    for (size_t p = block * grain; p < std::min(pairs.size(), (block + 1) * grain); ++p) {
      ratios[p] = evidence.pairRatio(units.row(pairs[p].i).data(), units.row(pairs[p].j).data());
    }
  });
  return ratios;
}

/// The pairs of different sessions that are more likely than not, and each unit's best in the other's session.
std::vector<WeightedPair> likelyMatches(const PairModelInput& input, std::span<const float> logOdds) {
  const size_t units = input.sessions.size();
  const auto sessions = static_cast<size_t>(*std::max_element(input.sessions.begin(), input.sessions.end()));
  std::vector<float> best(units * sessions, -std::numeric_limits<float>::infinity());
  const auto bestOf = [&](int32_t unit, int32_t other) -> float& {
    return best[static_cast<size_t>(unit) * sessions +
                static_cast<size_t>(input.sessions[static_cast<size_t>(other)] - 1)];
  };
  for (size_t p = 0; p < logOdds.size(); ++p) {
    const auto [i, j] = input.nearby[p];
    bestOf(i, j) = std::max(bestOf(i, j), logOdds[p]);
    bestOf(j, i) = std::max(bestOf(j, i), logOdds[p]);
  }
  std::vector<WeightedPair> matches;
  for (size_t p = 0; p < logOdds.size(); ++p) {
    const auto [i, j] = input.nearby[p];
    const bool sameSession = input.sessions[static_cast<size_t>(i)] == input.sessions[static_cast<size_t>(j)];
    if (sameSession || logOdds[p] <= 0 || logOdds[p] < bestOf(i, j) || logOdds[p] < bestOf(j, i)) continue;
    matches.push_back({input.nearby[p], 1 / (1 + std::exp(-static_cast<double>(logOdds[p])))});
  }
  return matches;
}

} // namespace

PairModel learnPairModel(const Job& job, const PairModelInput& input) {
  const size_t units = input.sessions.size();
  if (input.vectors.size() != units * input.dimensions) throw InputError("The vectors do not fit the number of units.");
  PairModel model;
  model.logOdds.assign(input.nearby.size(), static_cast<float>(leastLogOdds));
  const RowMajor vectors = standardise(input.vectors, units, input.dimensions);
  std::vector<WeightedPair> matches;
  for (const auto& pair : input.first) matches.push_back({pair, 1});
  if (vectors.cols() == 0) return model;

  std::vector<uint8_t> sameSession;
  for (const auto [i, j] : input.nearby) {
    sameSession.push_back(input.sessions[static_cast<size_t>(i)] == input.sessions[static_cast<size_t>(j)]);
  }
  for (int round = 0; round < rounds && !matches.empty(); ++round) {
    job.throwIfAborted();
    model.learnedFrom = matches.size();
    auto [coordinates, evidence] = learnCoordinates(vectors, matches);
    const auto ratios = logRatios(job, coordinates, evidence, input.nearby);
    const Calibration calibration = calibrate(ratios, sameSession);
    for (size_t p = 0; p < ratios.size(); ++p) {
      model.logOdds[p] = static_cast<float>(calibration.logOdds(ratios[p], sameSession[p] != 0));
    }
    model.vectors.assign(coordinates.data(), coordinates.data() + coordinates.size());
    model.betweenVariance.assign(evidence.betweenVariance().begin(), evidence.betweenVariance().end());
    matches = likelyMatches(input, model.logOdds);
  }
  return model;
}

} // namespace dant
