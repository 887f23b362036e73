#include "core/matching/neuron_clusters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <set>
#include <unordered_map>

namespace dant {

namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

struct Link {
  double logOdds;
  double limit; ///< least ln odds of the pairs of one session
};

struct Group {
  size_t size = 1;
  std::vector<double> mean;
  double scatter = 0;            ///< Σ |x − mean|²
  std::vector<int32_t> sessions; ///< sorted
  std::unordered_map<int32_t, Link> links;

  NeuronEvidence::Group evidence() const { return {size, mean.data(), scatter}; }
};

struct Candidate {
  double separation, logOdds;
  int32_t a, b; ///< a < b

  bool operator<(const Candidate& other) const {
    if (separation != other.separation) return separation > other.separation;
    return a != other.a ? a > other.a : b > other.b;
  }
};

bool shareSession(const Group& a, const Group& b) {
  for (size_t k = 0, l = 0; k < a.sessions.size() && l < b.sessions.size();) {
    if (a.sessions[k] == b.sessions[l]) return true;
    a.sessions[k] < b.sessions[l] ? ++k : ++l;
  }
  return false;
}

/// Two neurons that are seen in m and n of all sessions, at random, share none with the probability
/// C(all − m, n)/C(all, n), a neuron with itself always. Presence is not quite random, so that not all of it counts.
double exclusion(size_t m, size_t n, size_t all) {
  if (m + n > all) return 0;
  const auto logFactorial = [](size_t k) { return std::lgamma(static_cast<double>(k) + 1); };
  const auto logChoose = [&](size_t from) { return logFactorial(from) - logFactorial(n) - logFactorial(from - n); };
  return 0.6 * (logChoose(all) - logChoose(all - m));
}

class Agglomeration {
public:
  explicit Agglomeration(const NeuronClustersInput& input);
  void joinAll(const Job& job);
  NeuronClusters result() const;
  /// Ln odds at which two units of a cluster were joined.
  double joinedAt(int32_t i, int32_t j) const;

private:
  Group& group(int32_t g) { return groups_[static_cast<size_t>(g)]; }
  const Group& group(int32_t g) const { return groups_[static_cast<size_t>(g)]; }
  void join(int32_t a, int32_t b, double joinedAt);
  double limit(int32_t a, int32_t b) const;
  int32_t groupOf(int32_t unit) const;

  const NeuronClustersInput& input_;
  std::vector<Group> groups_; ///< the units, then what they were joined to
  std::vector<int32_t> parent_;
  std::vector<double> joinedAt_; ///< of the groups that were joined
  std::priority_queue<Candidate> candidates_;
  size_t sessionCount_ = 0;
};

Agglomeration::Agglomeration(const NeuronClustersInput& input)
    : input_(input), groups_(input.sessions.size()), parent_(groups_.size(), -1), joinedAt_(groups_.size(), 0) {
  const size_t dimensions = input.evidence->dimensions();
  sessionCount_ =
      input.sessions.empty() ? 0 : static_cast<size_t>(*std::max_element(input.sessions.begin(), input.sessions.end()));
  for (size_t i = 0; i < groups_.size(); ++i) {
    const auto vector = input.vectors.subspan(i * dimensions, dimensions);
    groups_[i].mean.assign(vector.begin(), vector.end());
    groups_[i].sessions = {input.sessions[i]};
  }
  for (size_t p = 0; p < input.pairs.size(); ++p) {
    const double logOdds = input.logOdds[p];
    if (logOdds <= leastLogOdds) continue;
    const auto [i, j] = input.pairs[p];
    const bool sameSession = input.sessions[static_cast<size_t>(i)] == input.sessions[static_cast<size_t>(j)];
    const Link link{logOdds, sameSession ? logOdds : unlimited};
    group(i).links[j] = group(j).links[i] = link;
    if (logOdds < input.minLogOdds) continue;
    candidates_.push({input.evidence->separation(group(i).evidence(), group(j).evidence()), logOdds, i, j});
  }
}

double Agglomeration::limit(int32_t a, int32_t b) const {
  const auto known = group(a).links.find(b);
  if (known != group(a).links.end()) return known->second.limit;
  return shareSession(group(a), group(b)) ? leastLogOdds : unlimited;
}

void Agglomeration::join(int32_t a, int32_t b, double joinedAt) {
  const auto c = static_cast<int32_t>(groups_.size());
  Group joined;
  joined.size = group(a).size + group(b).size;
  for (size_t d = 0; d < group(a).mean.size(); ++d) {
    joined.mean.push_back((static_cast<double>(group(a).size) * group(a).mean[d] +
                           static_cast<double>(group(b).size) * group(b).mean[d]) /
                          static_cast<double>(joined.size));
  }
  joined.scatter =
      group(a).scatter + group(b).scatter + input_.evidence->separation(group(a).evidence(), group(b).evidence());
  std::merge(group(a).sessions.begin(), group(a).sessions.end(), group(b).sessions.begin(), group(b).sessions.end(),
             std::back_inserter(joined.sessions));
  std::vector<int32_t> others;
  for (const int32_t part : {a, b})
    for (const auto& [other, link] : group(part).links)
      if (other != a && other != b) others.push_back(other);
  std::sort(others.begin(), others.end());
  others.erase(std::unique(others.begin(), others.end()), others.end());
  for (const int32_t other : others) {
    const double limit = std::min(this->limit(other, a), this->limit(other, b));
    group(other).links.erase(a);
    group(other).links.erase(b);
    if (limit <= leastLogOdds) continue;
    auto [separation, logOdds] = input_.evidence->groupLogOdds(joined.evidence(), group(other).evidence());
    if (limit == unlimited) logOdds += exclusion(joined.sessions.size(), group(other).sessions.size(), sessionCount_);
    const Link link{std::min(limit, logOdds), limit};
    if (link.logOdds <= leastLogOdds) continue;
    joined.links[other] = group(other).links[c] = link;
    if (link.logOdds >= input_.minLogOdds)
      candidates_.push({separation, link.logOdds, std::min(other, c), std::max(other, c)});
  }
  for (const int32_t part : {a, b}) {
    group(part) = {};
    parent_[static_cast<size_t>(part)] = c;
  }
  groups_.push_back(std::move(joined));
  parent_.push_back(-1);
  joinedAt_.push_back(joinedAt);
}

void Agglomeration::joinAll(const Job& job) {
  for (size_t step = 0; !candidates_.empty(); ++step) {
    if (step % 256 == 0) job.throwIfAborted();
    const auto [separation, logOdds, a, b] = candidates_.top();
    candidates_.pop();
    if (parent_[static_cast<size_t>(a)] < 0 && parent_[static_cast<size_t>(b)] < 0) join(a, b, logOdds);
  }
}

int32_t Agglomeration::groupOf(int32_t unit) const {
  while (parent_[static_cast<size_t>(unit)] >= 0) unit = parent_[static_cast<size_t>(unit)];
  return unit;
}

NeuronClusters Agglomeration::result() const {
  NeuronClusters found;
  const size_t units = input_.sessions.size();
  std::vector<int32_t> number(groups_.size(), 0), groupOf(units);
  int32_t count = 0;
  for (size_t i = 0; i < units; ++i) {
    groupOf[i] = this->groupOf(static_cast<int32_t>(i));
    auto& label = number[static_cast<size_t>(groupOf[i])];
    const bool alone = group(groupOf[i]).size < 2;
    if (!alone && label == 0) label = ++count;
    found.labels.push_back(alone ? -1 : label);
  }
  return found;
}

double Agglomeration::joinedAt(int32_t i, int32_t j) const {
  // Parents have larger numbers than their parts.
  while (i != j) (i < j ? i : j) = parent_[static_cast<size_t>(std::min(i, j))];
  return joinedAt_[static_cast<size_t>(i)];
}

/// The surest first, so that no two of a session join the same neuron.
void addMixedUnits(const Job& job, const NeuronClustersInput& input, NeuronClusters& clusters) {
  auto found =
      findMixedUnits(job, clusters.labels, input.sessions, input.pairs, input.vectors, input.evidence->dimensions());
  std::stable_sort(found.begin(), found.end(),
                   [](const MixedUnit& a, const MixedUnit& b) { return a.logOdds > b.logOdds; });
  std::set<std::pair<int32_t, int32_t>> taken;
  for (const auto& mixed : found) {
    const auto unit = static_cast<size_t>(mixed.unit);
    if (mixed.logOdds < input.minLogOdds || !taken.insert({mixed.label, input.sessions[unit]}).second) continue;
    clusters.labels[unit] = mixed.label;
    clusters.mixedUnits.push_back(mixed);
  }
}

void listMatches(const NeuronClustersInput& input, const Agglomeration& agglomeration, NeuronClusters& clusters) {
  std::vector<double> mixedAt(input.sessions.size(), unlimited);
  for (const auto& mixed : clusters.mixedUnits) mixedAt[static_cast<size_t>(mixed.unit)] = mixed.logOdds;
  std::vector<std::vector<int32_t>> members;
  for (size_t i = 0; i < clusters.labels.size(); ++i) {
    if (clusters.labels[i] < 1) continue;
    members.resize(std::max(members.size(), static_cast<size_t>(clusters.labels[i])));
    members[static_cast<size_t>(clusters.labels[i]) - 1].push_back(static_cast<int32_t>(i));
  }
  for (const auto& units : members) {
    for (size_t b = 1; b < units.size(); ++b) {
      for (size_t a = 0; a < b; ++a) {
        const double mixed = std::min(mixedAt[static_cast<size_t>(units[a])], mixedAt[static_cast<size_t>(units[b])]);
        clusters.matches.push_back({units[a], units[b]});
        clusters.logOdds.push_back(
            static_cast<float>(mixed < unlimited ? mixed : agglomeration.joinedAt(units[a], units[b])));
      }
    }
  }
}

} // namespace

NeuronClusters clusterNeurons(const Job& job, const NeuronClustersInput& input) {
  if (input.logOdds.size() != input.pairs.size() ||
      input.vectors.size() != input.sessions.size() * input.evidence->dimensions()) {
    throw InputError("The log odds, the pairs and the vectors do not fit each other.");
  }
  Agglomeration agglomeration(input);
  agglomeration.joinAll(job);
  auto clusters = agglomeration.result();
  addMixedUnits(job, input, clusters);
  listMatches(input, agglomeration, clusters);
  return clusters;
}

} // namespace dant
