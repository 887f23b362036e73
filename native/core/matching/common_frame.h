#pragma once
#include "core/job/job.h"
#include "core/matching/probe_sites.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dant {

struct FramedUnits {
  std::span<const int32_t> shanks;     ///< (n)
  std::span<const double> depthsUm;    ///< (n) as recorded
  std::span<const double> correctedUm; ///< (n) with the motion taken out
  std::span<const float> scores;       ///< (n, C, K) temporal components on each site
  std::span<const uint8_t> live;       ///< (n, C)
  std::span<const double> derivative;  ///< (K, K), see `UnitShapes`
  size_t components = 0;               ///< K
};

/// The waveforms of units as they would be had the probe not moved: interpolated at the sites moved by the motion at
/// the unit. Kept are the cells of the lattice within 160 µm of the unit. What no live site saw is not known.
class CommonFrame {
public:
  CommonFrame(const Job& job, const ProbeSites& sites, const ProbeLattice& lattice, const FramedUnits& units);

  /// A unit's cell, or null where nothing is kept.
  struct Cell {
    const float* scores;     ///< (places, K)
    const float* slopes;     ///< (places, K) those of the derivative
    const float* power;      ///< (places) |scores|²
    const float* slopePower; ///< (places) |slopes|²
    const uint8_t* known;    ///< (places)
  };
  bool has(size_t unit, int32_t cell) const {
    const int32_t at = cell - firstCell_[unit];
    return at >= 0 && at < width_;
  }
  Cell at(size_t unit, int32_t cell) const;
  /// Power of all that is kept of a unit.
  double power(size_t unit) const { return total_[unit]; }
  size_t places() const { return places_; }
  size_t components() const { return components_; }

private:
  int32_t width_;
  size_t places_, components_;
  std::vector<int32_t> firstCell_;
  std::vector<float> scores_, slopes_, power_, slopePower_;
  std::vector<uint8_t> known_;
  std::vector<double> total_;
};

} // namespace dant
