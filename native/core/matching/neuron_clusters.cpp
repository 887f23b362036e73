#include "core/matching/neuron_clusters.h"

#include <algorithm>
#include <queue>
#include <set>
#include <unordered_map>

namespace dant {

namespace {

constexpr double limit = 6;

struct Merger {
  double logOdds;
  int32_t a, b;        ///< clusters, by their first units
  size_t sizeA, sizeB; ///< when this was found: of others it says nothing
};

/// The largest log odds first, then the smaller units.
struct Later {
  bool operator()(const Merger& x, const Merger& y) const {
    if (x.logOdds != y.logOdds) return x.logOdds < y.logOdds;
    return x.a != y.a ? x.a > y.a : x.b > y.b;
  }
};

class Clusters {
public:
  explicit Clusters(const NeuronClustersInput& input)
      : input_(input), members_(input.sessions.size()), of_(members_.size()), neighbours_(members_.size()) {
    for (size_t unit = 0; unit < members_.size(); ++unit) {
      members_[unit] = {static_cast<int32_t>(unit)};
      of_[unit] = static_cast<int32_t>(unit);
    }
    for (const auto& [i, j] : input.split) split_.insert(key(i, j));
    for (size_t p = 0; p < input.pairs.size(); ++p) {
      const auto [i, j] = input.pairs[p];
      const double value = std::clamp(static_cast<double>(input.logOdds[p]), -limit, limit);
      known_[key(i, j)] = value;
      if (value > -limit) {
        neighbours_[static_cast<size_t>(i)].push_back(j);
        neighbours_[static_cast<size_t>(j)].push_back(i);
      }
      offer(i, j);
    }
  }

  void join(const Job& job) {
    while (!queue_.empty()) {
      job.throwIfAborted();
      const Merger next = queue_.top();
      queue_.pop();
      auto& a = members_[static_cast<size_t>(next.a)];
      auto& b = members_[static_cast<size_t>(next.b)];
      if (a.size() != next.sizeA || b.size() != next.sizeB) continue;
      a.insert(a.end(), b.begin(), b.end());
      for (const int32_t unit : b) of_[static_cast<size_t>(unit)] = next.a;
      b.clear();
      std::set<int32_t> near;
      for (const int32_t unit : a)
        for (const int32_t other : neighbours_[static_cast<size_t>(unit)]) near.insert(of_[static_cast<size_t>(other)]);
      near.erase(next.a);
      for (const int32_t other : near) offer(next.a, other);
    }
  }

  std::vector<int32_t> labels() const {
    std::vector<int32_t> labels(members_.size(), -1);
    int32_t count = 0;
    std::vector<int32_t> number(members_.size(), 0);
    for (size_t unit = 0; unit < labels.size(); ++unit) {
      const auto cluster = static_cast<size_t>(of_[unit]);
      if (members_[cluster].size() < 2) continue;
      if (number[cluster] == 0) number[cluster] = ++count;
      labels[unit] = number[cluster];
    }
    return labels;
  }

private:
  static uint64_t key(int32_t i, int32_t j) {
    return static_cast<uint64_t>(static_cast<uint32_t>(std::min(i, j))) << 32 | static_cast<uint32_t>(std::max(i, j));
  }

  /// Puts two clusters on the list if they may be joined.
  void offer(int32_t a, int32_t b) {
    const auto& first = members_[static_cast<size_t>(a)];
    const auto& second = members_[static_cast<size_t>(b)];
    double sum = 0;
    size_t count = 0;
    for (const int32_t i : first) {
      for (const int32_t j : second) {
        if (input_.sessions[static_cast<size_t>(i)] == input_.sessions[static_cast<size_t>(j)]) {
          if (!split_.contains(key(i, j))) return;
          continue;
        }
        const auto found = known_.find(key(i, j));
        sum += found == known_.end() ? -limit : found->second;
        ++count;
      }
    }
    if (count == 0) return;
    const double mean = sum / static_cast<double>(count);
    if (mean > input_.minLogOdds) queue_.push({mean, a, b, first.size(), second.size()});
  }

  const NeuronClustersInput& input_;
  std::vector<std::vector<int32_t>> members_;    ///< by the first unit; empty: joined with another
  std::vector<int32_t> of_;                      ///< (n) cluster
  std::vector<std::vector<int32_t>> neighbours_; ///< (n) units that it may be joined with
  std::unordered_map<uint64_t, double> known_;
  std::set<uint64_t> split_;
  std::priority_queue<Merger, std::vector<Merger>, Later> queue_;
};

} // namespace

std::vector<int32_t> clusterNeurons(const Job& job, const NeuronClustersInput& input) {
  if (input.logOdds.size() != input.pairs.size()) throw InputError("The log odds do not fit the pairs.");
  Clusters clusters(input);
  clusters.join(job);
  return clusters.labels();
}

} // namespace dant
