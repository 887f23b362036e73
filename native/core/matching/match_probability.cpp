#include "core/matching/match_probability.h"

#include "core/matching/decoy_calibration.h"
#include "core/matching/expectation_maximisation.h"
#include "core/matching/whitened_likeness.h"
#include "core/motion/whole_number.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace dant {

namespace {

constexpr size_t enoughDisplaced = 200, enoughOnProbe = 100;
constexpr double widestFoldUm = 200, narrowestFoldUm = 20;
constexpr double largestMargin = 8;

size_t decoyCount(const MatchCandidates& candidates) {
  size_t count = 0;
  for (const auto& group : candidates.groups) count += group.decoys ? group.end - group.begin : 0;
  return count;
}

struct Compared {
  DecoyKind kind;
  MatchCandidates candidates;
  PairFeatures features;
};

/// Candidates with the nearest kind of decoys of which there are enough.
Compared compare(const Job& job, const ProbeSites& sites, const ProbeLattice& lattice, const CommonFrame& frame,
                 const MatchInput& input) {
  const CandidateUnits units{input.sessions, input.framed.shanks, input.usable, input.framed.correctedUm};
  const auto attempt = [&](DecoyKind kind) {
    Compared compared{
        kind, findCandidates(job, units, lattice, input.linkedSessions, input.maxDistanceUm, kind, input.split), {}};
    compared.features = comparePairs(job, sites, lattice, frame, input.framed, input.traits, compared.candidates);
    return compared;
  };
  auto compared = attempt(DecoyKind::displaced);
  if (decoyCount(compared.candidates) >= enoughDisplaced) return compared;
  compared = attempt(DecoyKind::wholeProbe);
  if (decoyCount(compared.candidates) >= enoughOnProbe) return compared;
  return attempt(DecoyKind::sameSession);
}

/// Blocks of depth, so that all pairs of a neuron are in one fold: (P) by the first unit.
std::vector<uint8_t> foldsOf(const MatchCandidates& candidates, std::span<const double> correctedUm) {
  std::vector<uint8_t> folds(candidates.i.size());
  if (folds.empty()) return folds;
  const auto depth = [&](int32_t unit) { return correctedUm[static_cast<size_t>(unit)]; };
  const auto [low, high] = std::minmax_element(candidates.i.begin(), candidates.i.end(),
                                               [&](int32_t a, int32_t b) { return depth(a) < depth(b); });
  const double block = std::min(widestFoldUm, (depth(*high) - depth(*low)) / (2 * foldCount));
  for (size_t p = 0; p < folds.size(); ++p) {
    // Of units at one depth nothing says which belong together.
    const auto number = block < narrowestFoldUm
                            ? static_cast<int64_t>(candidates.i[p])
                            : static_cast<int64_t>(wholeNumber(std::floor(depth(candidates.i[p]) / block)));
    constexpr auto count = static_cast<int64_t>(foldCount);
    folds[p] = static_cast<uint8_t>((number % count + count) % count);
  }
  return folds;
}

/// The features with further columns.
std::vector<float> withColumns(std::span<const float> features, size_t columns, std::span<const float> further,
                               size_t furtherColumns) {
  const size_t count = furtherColumns == 0 ? 0 : further.size() / furtherColumns, all = columns + furtherColumns;
  std::vector<float> joined(count * all);
  for (size_t p = 0; p < count; ++p) {
    std::copy_n(features.data() + p * columns, columns, joined.data() + p * all);
    std::copy_n(further.data() + p * furtherColumns, furtherColumns, joined.data() + p * all + columns);
  }
  return joined;
}

std::vector<float> marginColumn(const MatchCandidates& candidates, std::span<const double> logRatios) {
  std::vector<double> margins(logRatios.size());
  for (const auto& group : candidates.groups) {
    const size_t size = group.end - group.begin;
    marginsOverRivals({candidates.i.data() + group.begin, size}, {candidates.j.data() + group.begin, size},
                      logRatios.subspan(group.begin, size), std::span(margins).subspan(group.begin, size));
  }
  std::vector<float> column(margins.size());
  std::transform(margins.begin(), margins.end(), column.begin(),
                 [](double m) { return static_cast<float>(std::clamp(m, -largestMargin, largestMargin) / 4); });
  return column;
}

std::vector<double> seedProbabilities(const MatchCandidates& candidates, const MatchInput& input) {
  std::map<std::pair<int32_t, int32_t>, double> known;
  for (size_t s = 0; s < input.seeds.size(); ++s)
    known[{input.seeds[s].i, input.seeds[s].j}] = input.seedProbabilities[s];
  std::vector<double> probabilities(candidates.i.size());
  for (const auto& group : candidates.groups) {
    for (size_t p = group.begin; !group.decoys && p < group.end; ++p) {
      const auto found = known.find({candidates.i[p], candidates.j[p]});
      if (found != known.end()) probabilities[p] = found->second;
    }
  }
  return probabilities;
}

} // namespace

MatchProbabilities matchProbabilities(const Job& job, const ProbeSites& sites, const MatchInput& input) {
  const size_t n = input.sessions.size();
  if (input.expectedMatches.size() != input.linkedSessions.size() ||
      input.seeds.size() != input.seedProbabilities.size() || input.embedding.size() != n * input.dimensions) {
    throw InputError("The linked sessions, first matches or embedding do not fit each other.");
  }
  const ProbeLattice lattice(sites);
  const CommonFrame frame(job, sites, lattice, input.framed);
  job.report(0.2);
  const auto [kind, candidates, features] = compare(job, sites, lattice, frame, input);
  job.report(0.4);
  MatchProbabilities result;
  result.decoyKind = kind;
  const size_t count = candidates.i.size(), columns = features.columns;
  if (decoyCount(candidates) == 0) return result;
  const SplitUnits split(n, input.split);
  const auto folds = foldsOf(candidates, input.framed.correctedUm);
  MatchScore score(job, candidates, folds, split, input.expectedMatches);
  std::vector<uint8_t> isTarget(count);
  for (const auto& group : candidates.groups)
    for (size_t p = group.begin; p < group.end; ++p) isTarget[p] = !group.decoys;

  score.probabilities = seedProbabilities(candidates, input);
  score.learn(features.values, columns);
  std::vector<float> known;
  for (int round = 0; round < 2 && !input.isRough; ++round) {
    job.report(0.5 + 0.1 * round);
    const auto learned = whitenedLikeness(
        job, {input.embedding, input.dimensions, candidates.i, candidates.j, isTarget, score.probabilities, folds});
    known = withColumns(features.values, columns, learned, 2);
    score.learn(known, columns + 2);
  }
  job.report(0.8);
  if (!input.isRough)
    score.learn(withColumns(known, columns + 2, marginColumn(candidates, score.logRatios), 1), columns + 3);

  const auto raw = score.logOdds();
  const auto calibrated = calibrateOnDecoys(job, candidates.groups, input.linkedSessions.size(), raw);
  for (size_t p = 0; p < count; ++p) {
    if (!isTarget[p]) {
      result.decoyScores.push_back(static_cast<float>(raw[p]));
      result.decoyWeights.push_back(static_cast<float>(calibrated.weights[p]));
      continue;
    }
    result.pairs.push_back({std::min(candidates.i[p], candidates.j[p]), std::max(candidates.i[p], candidates.j[p])});
    result.scores.push_back(static_cast<float>(raw[p]));
    result.logOdds.push_back(static_cast<float>(calibrated.logOdds[p]));
  }
  return result;
}

} // namespace dant
