#include "core/matching/match_order.h"

#include "core/clustering/similarity_tree.h"
#include "core/graph/union_find.h"
#include "core/matching/match_similarity.h"
#include "core/similarity/fisher.h"

#include <algorithm>
#include <numeric>

namespace dant {

namespace {

struct Component {
  std::vector<int32_t> units;
  std::vector<UnitPair> pairs; ///< of places among `units`
  std::vector<float> logOdds;
  double depthUm = 0;
};

/// The units that the pairs connect.
std::vector<Component> componentsOf(std::span<const UnitPair> pairs, std::span<const float> logOdds,
                                    std::span<const double> depthsUm) {
  UnionFind sets(depthsUm.size());
  const auto root = [&](int32_t unit) { return static_cast<size_t>(sets.root(unit)); };
  const auto connects = [&](size_t p) { return logOdds[p] > -2 * static_cast<float>(largestFisherZ); };
  for (size_t p = 0; p < pairs.size(); ++p)
    if (connects(p)) sets.attach(pairs[p].i, pairs[p].j);

  std::vector<Component> byRoot(depthsUm.size());
  std::vector<int32_t> place(depthsUm.size());
  for (size_t unit = 0; unit < depthsUm.size(); ++unit) {
    auto& component = byRoot[root(static_cast<int32_t>(unit))];
    place[unit] = static_cast<int32_t>(component.units.size());
    component.units.push_back(static_cast<int32_t>(unit));
    component.depthUm += depthsUm[unit];
  }
  for (size_t p = 0; p < pairs.size(); ++p) {
    if (!connects(p)) continue;
    auto& component = byRoot[root(pairs[p].i)];
    component.pairs.push_back({place[static_cast<size_t>(pairs[p].i)], place[static_cast<size_t>(pairs[p].j)]});
    component.logOdds.push_back(logOdds[p]);
  }
  std::erase_if(byRoot, [](const Component& component) { return component.units.empty(); });
  for (auto& component : byRoot) component.depthUm /= static_cast<double>(component.units.size());
  return byRoot;
}

std::vector<int32_t> orderWithin(const Job& job, const Component& component) {
  const size_t count = component.units.size();
  std::vector<float> values(count * count);
  fillMatchSimilarity(job, component.pairs, component.logOdds, count, values);
  auto order = leafOrderOfSimilarity(job, {{values}, {1}, count}, LeafOrderRule::optimal);
  for (auto& place : order) place = component.units[static_cast<size_t>(place)];
  return order;
}

} // namespace

std::vector<int32_t> matchOrder(const Job& job, std::span<const UnitPair> pairs, std::span<const float> logOdds,
                                std::span<const double> depthsUm) {
  if (logOdds.size() != pairs.size()) throw InputError("The log odds do not fit the pairs.");
  auto components = componentsOf(pairs, logOdds, depthsUm);
  std::stable_sort(components.begin(), components.end(),
                   [](const Component& a, const Component& b) { return a.depthUm < b.depthUm; });
  Job within = job;
  within.progress = nullptr;
  std::vector<int32_t> order;
  for (auto& component : components) {
    job.throwIfAborted();
    auto part = orderWithin(within, component);
    component = {};
    const auto depth = [&](auto first, auto last) {
      return std::accumulate(first, last, 0.0,
                             [&](double sum, int32_t unit) { return sum + depthsUm[static_cast<size_t>(unit)]; });
    };
    const auto half = static_cast<std::ptrdiff_t>(part.size() / 2);
    if (depth(part.begin(), part.begin() + half) > depth(part.rbegin(), part.rbegin() + half))
      std::reverse(part.begin(), part.end());
    order.insert(order.end(), part.begin(), part.end());
    job.report(static_cast<double>(order.size()) / static_cast<double>(depthsUm.size()));
  }
  return order;
}

} // namespace dant
