#include "core/matching/expectation_maximisation.h"

#include "core/matching/logistic_regression.h"
#include "core/matching/whitened_likeness.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dant {

namespace {

constexpr int rounds = 30, firstSteps = 8, laterSteps = 1, shareRounds = 5;
constexpr double unchanged = 0.01, firstShare = 0.1, largestLogRatio = 20, worthLearning = 1e-3;
/// Decoys that are learned from at most: the coefficients are few.
constexpr size_t mostExamples = 10000;
constexpr size_t grain = 8192;

double oddsOf(double share, double logRatio) {
  return share / (1 - share) * std::exp(std::clamp(logRatio, -largestLogRatio, largestLogRatio));
}

} // namespace

MatchScore::MatchScore(const Job& job, const MatchCandidates& candidates, std::span<const uint8_t> folds,
                       const SplitUnits& split, std::span<const double> expectedMatches)
    : probabilities(candidates.i.size()), logRatios(candidates.i.size()), job_(job), candidates_(candidates),
      folds_(folds), split_(split), expectedMatches_(expectedMatches), shares_(expectedMatches.size(), firstShare),
      isTarget_(candidates.i.size()) {
  std::vector<size_t> decoys;
  for (const auto& group : candidates.groups)
    for (size_t p = group.begin; p < group.end; ++p) {
      isTarget_[p] = !group.decoys;
      if (group.decoys) decoys.push_back(p);
    }
  const size_t wanted = std::min(mostExamples, decoys.size());
  for (size_t e = 0; e < wanted; ++e) examples_.push_back(decoys[e * decoys.size() / wanted]);
}

void MatchScore::learn(std::span<const float> features, size_t columns) {
  std::vector<std::vector<double>> coefficients(foldCount, std::vector<double>(columns + 1));
  for (int round = 0; round < rounds; ++round) {
    job_.throwIfAborted();
    regress(features, columns, round == 0, coefficients);
    score(features, columns, coefficients, false);
    if (expect() < unchanged) break;
  }
  score(features, columns, coefficients, true);
}

void MatchScore::regress(std::span<const float> features, size_t columns, bool isFirst,
                         std::vector<std::vector<double>>& coefficients) {
  parallelFor(job_, foldCount, [&](size_t fold) {
    std::vector<const float*> rows;
    std::vector<double> positive, weights;
    double total = 0;
    for (size_t p = 0; p < isTarget_.size(); ++p) {
      if (!isTarget_[p] || folds_[p] == fold || probabilities[p] <= worthLearning) continue;
      rows.push_back(features.data() + p * columns);
      positive.push_back(1);
      weights.push_back(probabilities[p]);
      total += probabilities[p];
    }
    const auto others = static_cast<double>(
        std::count_if(examples_.begin(), examples_.end(), [&](size_t p) { return folds_[p] != fold; }));
    for (const size_t p : examples_) {
      if (folds_[p] == fold) continue;
      rows.push_back(features.data() + p * columns);
      positive.push_back(0);
      weights.push_back(total / others);
    }
    auto& found = coefficients[fold];
    Eigen::VectorXd solution = Eigen::Map<Eigen::VectorXd>(found.data(), static_cast<Eigen::Index>(found.size()));
    fitLogistic({rows, positive, weights, columns}, isFirst ? firstSteps : laterSteps, solution);
    std::copy(solution.begin(), solution.end(), found.begin());
  });
}

void MatchScore::score(std::span<const float> features, size_t columns,
                       const std::vector<std::vector<double>>& coefficients, bool decoys) {
  parallelFor(job_, (isTarget_.size() + grain - 1) / grain, [&](size_t task) {
    for (size_t p = task * grain; p < std::min(isTarget_.size(), (task + 1) * grain); ++p) {
      if (!isTarget_[p] && !decoys) continue;
      const float* row = features.data() + p * columns;
      const auto& factors = coefficients[folds_[p]];
      double sum = factors[columns];
      for (size_t c = 0; c < columns; ++c) sum += factors[c] * row[c];
      logRatios[p] = sum;
    }
  });
}

double MatchScore::expect() {
  std::vector<const MatchCandidates::Group*> targets;
  for (const auto& group : candidates_.groups)
    if (!group.decoys) targets.push_back(&group);
  std::vector<double> changes(targets.size());
  parallelFor(job_, targets.size(), [&](size_t g) {
    const auto& group = *targets[g];
    const size_t size = group.end - group.begin;
    const std::span i(candidates_.i.data() + group.begin, size), j(candidates_.j.data() + group.begin, size);
    const auto pair = static_cast<size_t>(group.sessionPair);
    const double expected = expectedMatches_[pair];
    double& share = shares_[pair];
    std::vector<double> odds(size), found(size);
    for (int round = 0; round < shareRounds; ++round) {
      for (size_t p = 0; p < size; ++p) odds[p] = oddsOf(share, logRatios[group.begin + p]);
      weighRivals(i, j, odds, split_, found);
      const double sum = std::accumulate(found.begin(), found.end(), 0.0);
      // What the displacement shows counts for a tenth of the evidence, or for half of it where less was found.
      share = sum > expected ? (sum + 0.1 * expected + 0.01) / (1.1 * static_cast<double>(size) + 1)
                             : (sum + expected + 0.01) / (2 * static_cast<double>(size) + 1);
      share = std::min(share, 0.99);
    }
    for (size_t p = 0; p < size; ++p) {
      auto& probability = probabilities[group.begin + p];
      changes[g] = std::max(changes[g], std::abs(found[p] - probability));
      probability = found[p];
    }
  });
  return changes.empty() ? 0 : *std::max_element(changes.begin(), changes.end());
}

std::vector<double> MatchScore::logOdds() const {
  std::vector<double> all(isTarget_.size());
  parallelFor(job_, candidates_.groups.size(), [&](size_t g) {
    const auto& group = candidates_.groups[g];
    const size_t size = group.end - group.begin;
    const std::span i(candidates_.i.data() + group.begin, size), j(candidates_.j.data() + group.begin, size);
    std::vector<double> odds(size), found(size);
    for (size_t p = 0; p < size; ++p)
      odds[p] = oddsOf(shares_[static_cast<size_t>(group.sessionPair)], logRatios[group.begin + p]);
    weighRivals(i, j, odds, split_, found);
    for (size_t p = 0; p < size; ++p)
      all[group.begin + p] = std::log(found[p] + 1e-12) - std::log1p(-std::min(found[p], 1 - 1e-12));
  });
  return all;
}

} // namespace dant
