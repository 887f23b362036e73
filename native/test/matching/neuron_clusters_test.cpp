#include "core/matching/neuron_clusters.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace dant;

namespace {

/// All pairs of clusters, in every round.
std::vector<int32_t> slowly(const NeuronClustersInput& input) {
  const size_t n = input.sessions.size();
  std::map<std::pair<int32_t, int32_t>, double> known;
  std::set<std::pair<int32_t, int32_t>> split;
  for (size_t p = 0; p < input.pairs.size(); ++p)
    known[{input.pairs[p].i, input.pairs[p].j}] = std::clamp(static_cast<double>(input.logOdds[p]), -6.0, 6.0);
  for (const auto& [i, j] : input.split) split.emplace(i, j);
  std::vector<std::vector<int32_t>> clusters;
  for (size_t u = 0; u < n; ++u) clusters.push_back({static_cast<int32_t>(u)});
  for (;;) {
    double best = input.minLogOdds;
    size_t a = 0, b = 0;
    for (size_t x = 0; x < clusters.size(); ++x) {
      for (size_t y = x + 1; y < clusters.size(); ++y) {
        double sum = 0, count = 0;
        bool clash = false;
        for (const int32_t i : clusters[x]) {
          for (const int32_t j : clusters[y]) {
            const std::pair key{std::min(i, j), std::max(i, j)};
            if (input.sessions[static_cast<size_t>(i)] == input.sessions[static_cast<size_t>(j)]) {
              clash = clash || !split.contains(key);
              continue;
            }
            const auto found = known.find(key);
            sum += found == known.end() ? -6 : found->second;
            ++count;
          }
        }
        if (clash || count == 0 || sum / count <= best) continue;
        best = sum / count;
        a = x;
        b = y;
      }
    }
    if (a == b) break;
    clusters[a].insert(clusters[a].end(), clusters[b].begin(), clusters[b].end());
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(b));
  }
  std::vector<int32_t> labels(n, -1);
  int32_t next = 0;
  for (size_t u = 0; u < n; ++u) {
    if (labels[u] > 0) continue;
    for (const auto& cluster : clusters) {
      if (cluster.size() < 2 || std::find(cluster.begin(), cluster.end(), static_cast<int32_t>(u)) == cluster.end())
        continue;
      ++next;
      for (const int32_t unit : cluster) labels[static_cast<size_t>(unit)] = next;
    }
  }
  return labels;
}

} // namespace

TEST_CASE("neuron clusters: as average linkage over all pairs gives them") {
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-7, 9);
    std::vector<int32_t> sessions;
    for (int32_t u = 0; u < 24; ++u) sessions.push_back(1 + u / 6);
    std::vector<UnitPair> pairs;
    std::vector<float> logOdds;
    for (int32_t i = 0; i < 24; ++i) {
      for (int32_t j = i + 1; j < 24; ++j) {
        if (sessions[static_cast<size_t>(i)] == sessions[static_cast<size_t>(j)] || random() % 3 == 0) continue;
        pairs.push_back({i, j});
        logOdds.push_back(uniform(random));
      }
    }
    const std::vector<UnitPair> split{{0, 1}, {7, 9}};
    const NeuronClustersInput input{sessions, pairs, logOdds, split, 0.5};
    CHECK(clusterNeurons(Job{}, input) == slowly(input));
  }
}

TEST_CASE("neuron clusters: one unit of a session, unless the neuron was split there") {
  const std::vector<int32_t> sessions{1, 1, 2};
  const std::vector<UnitPair> pairs{{0, 2}, {1, 2}};
  const std::vector<float> logOdds{5, 4};
  CHECK(clusterNeurons(Job{}, {sessions, pairs, logOdds, {}, 0}) == std::vector<int32_t>{1, -1, 1});
  const std::vector<UnitPair> split{{0, 1}};
  CHECK(clusterNeurons(Job{}, {sessions, pairs, logOdds, split, 0}) == std::vector<int32_t>{1, 1, 1});
  CHECK(clusterNeurons(Job{}, {sessions, pairs, logOdds, split, 5.5}) == std::vector<int32_t>{-1, -1, -1});
}
