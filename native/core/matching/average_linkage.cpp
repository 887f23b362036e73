#include "core/matching/average_linkage.h"

#include <algorithm>
#include <queue>
#include <unordered_map>

namespace dant {

namespace {

struct Candidate {
  double mean;
  int32_t a, b;         ///< a < b
  int32_t sizeA, sizeB; ///< when it was made: outdated if a cluster has grown since

  bool operator<(const Candidate& other) const {
    if (mean != other.mean) return mean < other.mean;
    return a != other.a ? a > other.a : b > other.b;
  }
};

} // namespace

std::vector<int32_t> clusterByLogOdds(const Job& job, std::span<const int32_t> sessions,
                                      std::span<const UnitPair> pairs, std::span<const float> logOdds,
                                      double minLogOdds) {
  const size_t units = sessions.size();
  if (logOdds.size() != pairs.size()) throw InputError("The log odds do not fit the pairs.");
  // links[a][b]: sum over the pairs between the clusters a and b of what their log odds exceed the least ones by.
  std::vector<std::unordered_map<int32_t, double>> links(units);
  for (size_t p = 0; p < pairs.size(); ++p) {
    const bool sameSession = sessions[static_cast<size_t>(pairs[p].i)] == sessions[static_cast<size_t>(pairs[p].j)];
    const double excess = sameSession && logOdds[p] <= 0
                              ? cannotLinkLogOdds - leastLogOdds
                              : std::clamp<double>(logOdds[p], leastLogOdds, largestLogOdds) - leastLogOdds;
    if (excess == 0) continue;
    links[static_cast<size_t>(pairs[p].i)][pairs[p].j] = excess;
    links[static_cast<size_t>(pairs[p].j)][pairs[p].i] = excess;
  }
  std::vector<int32_t> size(units, 1), owner(units);
  std::priority_queue<Candidate> candidates;
  const auto offer = [&](int32_t a, int32_t b, double sum) {
    if (a > b) std::swap(a, b);
    const int32_t sizeA = size[static_cast<size_t>(a)], sizeB = size[static_cast<size_t>(b)];
    const double mean = sum / (static_cast<double>(sizeA) * sizeB) + leastLogOdds;
    if (mean >= minLogOdds) candidates.push({mean, a, b, sizeA, sizeB});
  };
  for (size_t a = 0; a < units; ++a) {
    owner[a] = static_cast<int32_t>(a);
    for (const auto& [b, sum] : links[a])
      if (static_cast<size_t>(b) > a) offer(owner[a], b, sum);
  }
  for (size_t step = 0; !candidates.empty(); ++step) {
    if (step % 256 == 0) job.throwIfAborted();
    const auto [mean, a, b, sizeA, sizeB] = candidates.top();
    candidates.pop();
    const auto into = static_cast<size_t>(a), from = static_cast<size_t>(b);
    if (size[into] != sizeA || size[from] != sizeB) continue;
    links[into].erase(b);
    for (const auto& [c, sum] : links[from]) {
      if (c == a) continue;
      auto& others = links[static_cast<size_t>(c)];
      others.erase(b);
      others[a] = links[into][c] += sum;
    }
    links[from].clear();
    size[into] += size[from];
    size[from] = 0; // outdates whatever names it
    owner[from] = a;
    for (const auto& [c, sum] : links[into]) offer(a, c, sum);
  }
  std::vector<int32_t> labels(units, -1), number(units, 0);
  int32_t count = 0;
  for (size_t i = 0; i < units; ++i) {
    auto root = static_cast<size_t>(owner[i]);
    while (static_cast<size_t>(owner[root]) != root) root = static_cast<size_t>(owner[root]);
    if (size[root] < 2) continue;
    if (number[root] == 0) number[root] = ++count;
    labels[i] = number[root];
  }
  return labels;
}

} // namespace dant
