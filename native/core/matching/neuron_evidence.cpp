#include "core/matching/neuron_evidence.h"

#include <algorithm>
#include <cmath>

namespace dant {

namespace {

constexpr double freedom = 20, largestRarity = 40;
/// A group's scatter counts as if that many more values of variance 1 had been seen.
constexpr double priorFreedom = 10;

} // namespace

struct NeuronEvidence::Comparison {
  double separation = 0, separationOfTwo = 0, logVolume = 0, rarity = 0;
};

NeuronEvidence::NeuronEvidence(std::vector<double> betweenVariance) : betweenVariance_(std::move(betweenVariance)) {}

NeuronEvidence::Comparison NeuronEvidence::compare(const Group& groupA, const Group& groupB) const {
  const auto m = static_cast<double>(groupA.size), n = static_cast<double>(groupB.size), all = m + n;
  const double share = m * n / all;
  Comparison found;
  double volume = 1;
  for (size_t d = 0; d < betweenVariance_.size(); ++d) {
    const double lambda = betweenVariance_[d], a = groupA.mean[d], b = groupB.mean[d];
    const double ofA = 1 / (1 + m * lambda), ofB = 1 / (1 + n * lambda), ofAll = 1 / (1 + all * lambda);
    const double difference = share * (a - b) * (a - b), ofTwo = difference / (1 + 2 * share * lambda);
    const double sum = m * a + n * b;
    found.separation += difference;
    found.separationOfTwo += ofTwo;
    found.rarity += (m * a * a * ofA + n * b * b * ofB - sum * sum / all * ofAll - ofTwo) / 2;
    volume *= ofAll / (ofA * ofB);
    if (volume > 1e100) {
      found.logVolume += std::log(volume) / 2;
      volume = 1;
    }
  }
  found.logVolume += std::log(volume) / 2;
  found.rarity = std::clamp(found.rarity, -largestRarity, largestRarity);
  return found;
}

double NeuronEvidence::separation(const Group& a, const Group& b) const { return compare(a, b).separation; }

double NeuronEvidence::pairRatio(const double* x, const double* y) const {
  const auto [separation, separationOfTwo, logVolume, rarity] = compare({1, x}, {1, y});
  const auto tail = [&](double q) {
    return -(freedom + static_cast<double>(betweenVariance_.size())) / 2 * std::log1p(q / freedom);
  };
  return tail(separation) - 0.5 * tail(separationOfTwo) + 1.2 * (logVolume + rarity);
}

NeuronEvidence::Verdict NeuronEvidence::groupLogOdds(const Group& a, const Group& b) const {
  const auto found = compare(a, b);
  const auto dimensions = static_cast<double>(betweenVariance_.size());
  const auto variance = [&](const Group& group) {
    const auto size = static_cast<double>(group.size);
    return (priorFreedom + group.scatter) / (priorFreedom + (size - 1) * dimensions) / size;
  };
  const auto m = static_cast<double>(a.size), n = static_cast<double>(b.size);
  const double typical = dimensions * m * n / (m + n) * (variance(a) + variance(b));
  const double away = std::max(found.separation / typical, 1e-6);
  const double logOdds = a.size == 1 || b.size == 1
                             ? 5.3 - 4.4 * std::log(away) + 0.04 * found.logVolume + 0.15 * found.rarity
                             : 7.9 - 6.3 * std::log(away) + 0.2 * found.rarity;
  return {found.separation, logOdds};
}

} // namespace dant
