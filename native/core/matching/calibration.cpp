#include "core/matching/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace dant {

namespace {

constexpr double lowest = -80, highest = 60, binWidth = 0.1;

using Point = std::array<double, 4>; // ln slope, offset, crossPrior, samePrior

/// Mean and standard deviation of the priors, from simulated recordings whose neurons are known.
constexpr Point priorMean{-1.25, 4.0, -2.0, -6.0}, priorDeviation{0.4, 1.5, 1.0, 1.5};

double logAdd(double a, double b) { return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b))); }
double softplus(double x) { return logAdd(0, x); }

/// Minimises `cost` with the simplex method of Nelder and Mead (1965).
Point minimise(const std::function<double(const Point&)>& cost, const Point& start, double step) {
  struct Vertex {
    Point at;
    double cost;
  };
  std::vector<Vertex> simplex{{start, cost(start)}};
  for (size_t k = 0; k < start.size(); ++k) {
    Point at = start;
    at[k] += step;
    simplex.push_back({at, cost(at)});
  }
  const auto order = [&] {
    std::stable_sort(simplex.begin(), simplex.end(), [](const Vertex& a, const Vertex& b) { return a.cost < b.cost; });
  };
  for (int iteration = 0; iteration < 600; ++iteration) {
    order();
    if (simplex.back().cost - simplex.front().cost < 1e-6) break;
    Point centre{};
    for (size_t v = 0; v + 1 < simplex.size(); ++v)
      for (size_t k = 0; k < centre.size(); ++k) centre[k] += simplex[v].at[k] / static_cast<double>(start.size());
    const auto along = [&](double factor) {
      Vertex vertex{};
      for (size_t k = 0; k < centre.size(); ++k) vertex.at[k] = centre[k] + factor * (simplex.back().at[k] - centre[k]);
      vertex.cost = cost(vertex.at);
      return vertex;
    };
    const Vertex reflected = along(-1);
    if (reflected.cost < simplex.front().cost) {
      const Vertex expanded = along(-2);
      simplex.back() = expanded.cost < reflected.cost ? expanded : reflected;
    } else if (reflected.cost < simplex[simplex.size() - 2].cost) {
      simplex.back() = reflected;
    } else {
      const Vertex contracted = along(reflected.cost < simplex.back().cost ? -0.5 : 0.5);
      if (contracted.cost < std::min(reflected.cost, simplex.back().cost)) {
        simplex.back() = contracted;
      } else {
        for (size_t v = 1; v < simplex.size(); ++v) {
          for (size_t k = 0; k < centre.size(); ++k) simplex[v].at[k] = (simplex[v].at[k] + simplex.front().at[k]) / 2;
          simplex[v].cost = cost(simplex[v].at);
        }
      }
    }
  }
  order();
  return simplex.front().at;
}

} // namespace

double Calibration::logOdds(double ratio, bool sameSession) const {
  return slope * std::clamp(ratio, lowest, highest) + offset + (sameSession ? samePrior : crossPrior);
}

Calibration calibrate(std::span<const double> ratios, std::span<const uint8_t> sameSession) {
  const auto bins = static_cast<size_t>((highest - lowest) / binWidth) + 1;
  std::vector<double> cross(bins, 0.0), same(bins, 0.0);
  double crossCount = 0, sameCount = 0;
  for (size_t p = 0; p < ratios.size(); ++p) {
    const auto bin = static_cast<size_t>((std::clamp(ratios[p], lowest, highest) - lowest) / binWidth);
    (sameSession[p] ? same : cross)[bin] += 1;
    (sameSession[p] ? sameCount : crossCount) += 1;
  }
  const double balance = std::log(std::max(1.0, crossCount) / std::max(1.0, sameCount));
  const auto cost = [&](const Point& point) {
    double sum = 0;
    for (size_t k = 0; k < point.size(); ++k) {
      const double z = (point[k] - priorMean[k]) / priorDeviation[k];
      sum += z * z / 2;
    }
    const double slope = std::exp(point[0]);
    for (size_t bin = 0; bin < bins; ++bin) {
      if (cross[bin] + same[bin] == 0) continue;
      const double tilt = slope * (lowest + (static_cast<double>(bin) + 0.5) * binWidth) + point[1];
      const double logOdds = balance + logAdd(-softplus(point[2]), tilt - softplus(-point[2])) -
                             logAdd(-softplus(point[3]), tilt - softplus(-point[3]));
      sum += cross[bin] * softplus(-logOdds) + same[bin] * softplus(logOdds);
    }
    return sum;
  };
  const Point found = minimise(cost, priorMean, 0.3);
  return {std::exp(found[0]), found[1], found[2], found[3]};
}

} // namespace dant
