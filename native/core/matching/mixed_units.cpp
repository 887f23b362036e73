#include "core/matching/mixed_units.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace dant {

namespace {

constexpr double steepness = 7.5, ownNeuron = 3;

struct Neuron {
  double size = 0;
  std::vector<double> mean;
  std::set<int32_t> sessions;
};

std::vector<Neuron> neuronsOf(std::span<const int32_t> labels, std::span<const int32_t> sessions,
                              std::span<const double> vectors, size_t dimensions) {
  const int32_t count = labels.empty() ? 0 : std::max(0, *std::max_element(labels.begin(), labels.end()));
  std::vector<Neuron> neurons(static_cast<size_t>(count) + 1);
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 1) continue;
    auto& neuron = neurons[static_cast<size_t>(labels[i])];
    neuron.mean.resize(dimensions, 0);
    ++neuron.size;
    neuron.sessions.insert(sessions[i]);
    for (size_t d = 0; d < dimensions; ++d) neuron.mean[d] += vectors[i * dimensions + d];
  }
  for (auto& neuron : neurons)
    for (double& value : neuron.mean) value /= neuron.size;
  return neurons;
}

/// T of a unit between two neurons.
double distance(const double* unit, const Neuron& a, const Neuron& b) {
  double along = 0, length = 0, direct = 0;
  for (size_t d = 0; d < a.mean.size(); ++d) {
    const double line = b.mean[d] - a.mean[d], from = unit[d] - a.mean[d];
    along += from * line;
    length += line * line;
    direct += from * from;
  }
  const double w = length > 0 ? std::clamp(along / length, 0.0, 0.5) : 0;
  const double squared = direct - 2 * w * along + w * w * length;
  const double expected = static_cast<double>(a.mean.size()) * (1 + (1 - w) * (1 - w) / a.size + w * w / b.size);
  return std::max(squared / expected, 1e-6);
}

} // namespace

std::vector<MixedUnit> findMixedUnits(const Job& job, std::span<const int32_t> labels,
                                      std::span<const int32_t> sessions, std::span<const UnitPair> pairs,
                                      std::span<const double> vectors, size_t dimensions) {
  const auto neurons = neuronsOf(labels, sessions, vectors, dimensions);
  std::vector<std::set<int32_t>> near(labels.size());
  for (const auto [i, j] : pairs) {
    const int32_t ofI = labels[static_cast<size_t>(i)], ofJ = labels[static_cast<size_t>(j)];
    if (ofI < 1 && ofJ >= 1) near[static_cast<size_t>(i)].insert(ofJ);
    if (ofJ < 1 && ofI >= 1) near[static_cast<size_t>(j)].insert(ofI);
  }
  std::vector<MixedUnit> found;
  for (size_t i = 0; i < labels.size(); ++i) {
    job.throwIfAborted();
    double best = 0, sum = std::pow(ownNeuron, -steepness);
    MixedUnit mixed{static_cast<int32_t>(i), -1, -1, 0};
    for (const int32_t label : near[i]) {
      const auto& neuron = neurons[static_cast<size_t>(label)];
      if (neuron.sessions.count(sessions[i]) > 0) continue;
      double nearest = 0;
      int32_t nearestOther = -1;
      for (const int32_t other : near[i]) {
        if (other == label) continue;
        const double odds = std::pow(
            distance(vectors.data() + i * dimensions, neuron, neurons[static_cast<size_t>(other)]), -steepness);
        if (odds <= nearest) continue;
        nearest = odds;
        nearestOther = other;
      }
      sum += nearest;
      if (nearest <= best) continue;
      best = nearest;
      mixed.label = label;
      mixed.otherLabel = nearestOther;
    }
    if (mixed.label < 1) continue;
    mixed.logOdds = 2.5 + 0.6 * std::log(best / (sum - best));
    found.push_back(mixed);
  }
  return found;
}

} // namespace dant
