// Clusters of units of neurons that are points, where what is right is known.
#include "core/matching/competition.h"
#include "core/matching/neuron_clusters.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <random>

using namespace dant;

namespace {

constexpr size_t dimensions = 30;
constexpr double betweenVariance = 40; // variance of neurons; that of their units is 1

std::vector<double> place(std::mt19937& random, double deviation) {
  std::normal_distribution<double> normal(0, deviation);
  std::vector<double> values(dimensions);
  for (auto& value : values) value = normal(random);
  return values;
}

/// Units at given places, one after the other.
struct Units {
  std::vector<double> vectors;
  std::vector<int32_t> sessions, neurons;
  std::mt19937 random{7};
  NeuronEvidence evidence{std::vector<double>(dimensions, betweenVariance)};

  void add(const std::vector<double>& centre, int32_t neuron, int32_t session, double noise = 1) {
    const auto away = place(random, noise);
    for (size_t d = 0; d < dimensions; ++d) vectors.push_back(centre[d] + away[d]);
    sessions.push_back(session);
    neurons.push_back(neuron);
  }

  const double* unit(size_t i) const { return vectors.data() + i * dimensions; }

  /// Pairs of all units; those of one session are of different neurons for certain.
  NeuronClusters cluster(double minLogOdds = 3, const std::map<std::pair<int32_t, int32_t>, float>& given = {}) const {
    std::vector<UnitPair> pairs;
    std::vector<float> logOdds;
    for (int32_t j = 0; j < static_cast<int32_t>(sessions.size()); ++j) {
      for (int32_t i = 0; i < j; ++i) {
        const auto a = static_cast<size_t>(i), b = static_cast<size_t>(j);
        pairs.push_back({i, j});
        const auto known = given.find({i, j});
        if (known != given.end()) {
          logOdds.push_back(known->second);
        } else if (sessions[a] == sessions[b]) {
          logOdds.push_back(-20);
        } else {
          logOdds.push_back(static_cast<float>(0.3 * evidence.pairRatio(unit(a), unit(b))));
        }
      }
    }
    return clusterNeurons(Job{}, {sessions, pairs, logOdds, vectors, &evidence, minLogOdds});
  }
};

} // namespace

TEST_CASE("evidence: |δ|² of units of one neuron is about D for groups of any size, and grows with it for two") {
  Units units;
  const auto centre = place(units.random, std::sqrt(betweenVariance));
  auto other = centre;
  other[0] += 4;
  const auto mean = [&](const std::vector<double>& at, size_t size) {
    std::vector<double> sum(dimensions, 0);
    for (size_t k = 0; k < size; ++k) {
      const auto away = place(units.random, 1);
      for (size_t d = 0; d < dimensions; ++d) sum[d] += (at[d] + away[d]) / static_cast<double>(size);
    }
    return sum;
  };
  for (const size_t size : {1, 4, 16}) {
    CAPTURE(size);
    double same = 0, different = 0;
    constexpr int tries = 200;
    for (int k = 0; k < tries; ++k) {
      const auto a = mean(centre, size), b = mean(centre, size), c = mean(other, size);
      same += units.evidence.separation({size, a.data()}, {size, b.data()}) / tries;
      different += units.evidence.separation({size, a.data()}, {size, c.data()}) / tries;
    }
    CHECK(std::abs(same - dimensions) < 0.06 * dimensions);
    CHECK(std::abs(different - dimensions - 16 * static_cast<double>(size) / 2) < 0.1 * different);
  }
}

TEST_CASE("evidence: falls with distance, and more so between groups than between a group and a unit") {
  Units units;
  const auto centre = place(units.random, std::sqrt(betweenVariance));
  const auto logOdds = [&](double away, size_t m, size_t n) {
    auto other = centre;
    other[0] += away;
    const auto scatter = [](size_t size) { return static_cast<double>((size - 1) * dimensions); };
    return units.evidence.groupLogOdds({m, centre.data(), scatter(m)}, {n, other.data(), scatter(n)}).logOdds;
  };
  for (const size_t size : {1, 4}) CHECK(logOdds(12, 4, size) < logOdds(8, 4, size));
  CHECK(logOdds(4, 4, 4) - logOdds(12, 4, 4) > logOdds(4, 4, 1) - logOdds(12, 4, 1));
  CHECK(units.evidence.pairRatio(centre.data(), centre.data()) > 0);
}

TEST_CASE("rivals: a unit has one match in a session, unless the sorter split the neuron there") {
  // Unit 0 of session 1; units 1 and 2 of session 2; unit 3 of session 3.
  const std::vector<int32_t> sessions{1, 2, 2, 3};
  const std::vector<UnitPair> pairs{{0, 1}, {0, 2}, {1, 2}, {0, 3}};
  const auto weighed = [&](std::vector<float> logOdds) {
    weighCompetitors(Job{}, sessions, pairs, logOdds);
    for (auto& value : logOdds) value = (value - 2.7F) / 0.84F; // as it was, but for the rivals
    return logOdds;
  };
  const auto rivals = weighed({3, 2, -20, 1});
  CHECK(rivals[0] == doctest::Approx(3 - std::log1p(std::exp(2))));
  CHECK(rivals[1] == doctest::Approx(2 - std::log1p(std::exp(3))));
  CHECK(rivals[2] == doctest::Approx(-20));
  CHECK(rivals[3] == doctest::Approx(1));
  const auto parts = weighed({3, 2, 20, 1});
  CHECK(parts[0] == doctest::Approx(3).epsilon(1e-4));
  CHECK(parts[1] == doctest::Approx(2).epsilon(1e-4));
  std::vector<float> none;
  weighCompetitors(Job{}, {}, {}, none);
  CHECK_THROWS_AS(weighCompetitors(Job{}, sessions, pairs, none), InputError);
}

TEST_CASE("clusters: finds the neurons, and is surer of them the more they differ") {
  Units units;
  constexpr int32_t neurons = 12, sessions = 6;
  std::vector<std::vector<double>> centres;
  for (int32_t neuron = 0; neuron < neurons; ++neuron)
    centres.push_back(place(units.random, std::sqrt(betweenVariance)));
  for (int32_t session = 1; session <= sessions; ++session)
    for (int32_t neuron = 0; neuron < neurons; ++neuron)
      if ((neuron + session) % 4 != 0) units.add(centres[static_cast<size_t>(neuron)], neuron, session);
  const auto found = units.cluster();
  for (size_t i = 0; i < units.neurons.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      CAPTURE(i);
      CAPTURE(j);
      CHECK((found.labels[i] == found.labels[j]) == (units.neurons[i] == units.neurons[j]));
    }
  }
  CHECK(found.matches.size() == found.logOdds.size());
  for (const float value : found.logOdds) CHECK(value > 3);
  CHECK(found.mixedUnits.empty());
}

TEST_CASE("clusters: alike neurons that are never seen together are told apart by their many units") {
  Units units;
  const auto centre = place(units.random, std::sqrt(betweenVariance));
  auto alike = centre;
  alike[0] += 9; // two units: |δ|² = D + 40, which one neuron reaches now and then
  for (int32_t session = 1; session <= 5; ++session) units.add(centre, 0, session);
  for (int32_t session = 6; session <= 10; ++session) units.add(alike, 1, session);
  const auto found = units.cluster();
  for (size_t i = 0; i < 10; ++i) CHECK(found.labels[i] == (i < 5 ? 1 : 2));
}

TEST_CASE("clusters: never two units of a session, unless the sorter has split the neuron") {
  Units units;
  const auto centre = place(units.random, std::sqrt(betweenVariance));
  for (int32_t session = 1; session <= 4; ++session) units.add(centre, 0, session);
  units.add(centre, 0, 2);
  const auto apart = units.cluster();
  CHECK(apart.labels[1] != apart.labels[4]);
  const auto split = units.cluster(3, {{{1, 4}, 6.0F}});
  CHECK(split.labels == std::vector<int32_t>(5, 1));
}

TEST_CASE("clusters: a mixture of two neurons joins the one that it holds most of") {
  Units units;
  const auto a = place(units.random, std::sqrt(betweenVariance)), b = place(units.random, std::sqrt(betweenVariance));
  for (int32_t session = 1; session <= 5; ++session) units.add(a, 0, session);
  for (int32_t session = 1; session <= 6; ++session) units.add(b, 1, session);
  std::vector<double> mixture(dimensions);
  for (size_t d = 0; d < dimensions; ++d) mixture[d] = 0.7 * a[d] + 0.3 * b[d];
  units.add(mixture, 0, 6);
  const auto found = units.cluster();
  CHECK(found.labels.back() == found.labels.front());
  REQUIRE(found.mixedUnits.size() == 1);
  CHECK(found.mixedUnits[0].unit == 11);
  CHECK(found.mixedUnits[0].otherLabel == found.labels[5]);

  // As near to a third place as to the mixture: nobody's.
  Units strangers = units;
  strangers.vectors.resize(11 * dimensions);
  strangers.sessions.resize(11);
  strangers.neurons.resize(11);
  strangers.add(place(strangers.random, std::sqrt(betweenVariance)), 2, 6);
  const auto alone = strangers.cluster();
  CHECK(alone.labels.back() == -1);
  CHECK(alone.mixedUnits.empty());
}

TEST_CASE("clusters: nothing to join") {
  Units units;
  CHECK(units.cluster().labels.empty());
  units.add(place(units.random, 1), 0, 1);
  CHECK(units.cluster().labels == std::vector<int32_t>{-1});
  CHECK_THROWS_AS(clusterNeurons(Job{}, {units.sessions, {}, {}, {}, &units.evidence, 0}), InputError);
}
