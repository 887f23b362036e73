#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// The sites of a probe. Sites of different shanks are no neighbours: nothing is interpolated from one to another.
class ProbeSites {
public:
  /// locationsUm (C, 2): x, y (depth); shanks (C), or empty: all on one
  ProbeSites(std::span<const double> locationsUm, std::span<const int32_t> shanks);

  size_t count() const { return shanks_.size(); }
  double x(size_t site) const { return locationsUm_[2 * site]; }
  double y(size_t site) const { return locationsUm_[2 * site + 1]; }
  int32_t shank(size_t site) const { return shanks_[site]; }
  double lowestUm() const { return lowest_; }
  double highestUm() const { return highest_; }
  /// Sites of a shank less than `reachUm` of depth from `depthUm`, in order.
  std::vector<size_t> near(int32_t shank, double depthUm, double reachUm) const;
  /// The distinct x of a shank's sites, or 8 equally spaced ones where there are more.
  std::vector<double> columns(int32_t shank) const;

private:
  std::vector<double> locationsUm_;
  std::vector<int32_t> shanks_;
  double lowest_ = 0, highest_ = 0;
};

/// The sites as a pattern that repeats along the probe: site = (cell, place in the cell).
struct ProbeLattice {
  double periodUm = 0;       ///< the smallest shift in depth that takes nine tenths of the sites to sites
  bool repeats = false;      ///< false: there is none, and the whole probe is one cell
  int32_t cells = 0;         ///< along the probe
  size_t places = 0;         ///< in a cell
  std::vector<int32_t> cell; ///< (C)
  std::vector<size_t> place; ///< (C)

  explicit ProbeLattice(const ProbeSites& sites);
};

} // namespace dant
