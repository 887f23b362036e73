#include "core/matching/common_frame.h"

#include "core/matching/interpolation.h"
#include "core/motion/whole_number.h"

#include <algorithm>
#include <cmath>

namespace dant {

namespace {

constexpr double reachUm = 160, seenUm = 25, beyondEndUm = 5, stillUm = 1e-9;
constexpr size_t grain = 8;

} // namespace

CommonFrame::CommonFrame(const Job& job, const ProbeSites& sites, const ProbeLattice& lattice, const FramedUnits& units)
    : places_(lattice.places), components_(units.components) {
  const size_t n = units.depthsUm.size(), count = sites.count(), k = components_;
  if (units.shanks.size() != n || units.correctedUm.size() != n || units.scores.size() != n * count * k ||
      units.live.size() != n * count || units.derivative.size() != k * k) {
    throw InputError("The shapes do not fit the units and sites.");
  }
  width_ = std::min(lattice.cells, wholeNumber(std::ceil(2 * reachUm / lattice.periodUm)) + 2);
  const size_t perUnit = static_cast<size_t>(width_) * places_;
  firstCell_.resize(n);
  scores_.resize(n * perUnit * k);
  slopes_.resize(scores_.size());
  power_.resize(n * perUnit);
  slopePower_.resize(power_.size());
  known_.resize(power_.size());
  total_.resize(n);
  const Eigen::Map<const RowMatrix> derivative(units.derivative.data(), static_cast<Eigen::Index>(k),
                                               static_cast<Eigen::Index>(k));
  parallelFor(job, (n + grain - 1) / grain, [&](size_t task) {
    for (size_t u = task * grain; u < std::min(n, (task + 1) * grain); ++u) {
      job.throwIfAborted();
      const double depth = units.depthsUm[u], corrected = units.correctedUm[u], motion = depth - corrected;
      firstCell_[u] = wholeNumber(std::floor((corrected - reachUm - sites.lowestUm()) / lattice.periodUm + 1e-3));
      if (width_ == lattice.cells) firstCell_[u] = 0;
      const auto near = sites.near(units.shanks[u], depth, reachUm);
      const auto wanted = sites.near(units.shanks[u], corrected, reachUm);
      std::vector<ProbePoint> from, to;
      for (const size_t c : near) from.push_back({sites.x(c), sites.y(c)});
      for (const size_t c : wanted) to.push_back({sites.x(c), sites.y(c) + motion});
      RowMatrix local(static_cast<Eigen::Index>(near.size()), static_cast<Eigen::Index>(k));
      for (size_t s = 0; s < near.size(); ++s)
        for (size_t b = 0; b < k; ++b)
          local(static_cast<Eigen::Index>(s), static_cast<Eigen::Index>(b)) =
              units.scores[(u * count + near[s]) * k + b];
      // Without motion the sites are where they were.
      const RowMatrix moved = std::abs(motion) < stillUm ? local : RowMatrix(interpolationWeights(from, to) * local);
      const RowMatrix slopes = moved * derivative;
      for (size_t t = 0; t < wanted.size(); ++t) {
        double nearest = seenUm * seenUm;
        bool isLive = false;
        for (size_t s = 0; s < near.size(); ++s) {
          const double dx = to[t].x - from[s].x, dy = to[t].y - from[s].y, away = dx * dx + dy * dy;
          if (away >= nearest) continue;
          nearest = away;
          isLive = units.live[u * count + near[s]] != 0;
        }
        const bool onProbe = to[t].y >= sites.lowestUm() - beyondEndUm && to[t].y <= sites.highestUm() + beyondEndUm;
        if (!isLive || !onProbe || !has(u, lattice.cell[wanted[t]])) continue;
        const size_t at = u * perUnit + static_cast<size_t>(lattice.cell[wanted[t]] - firstCell_[u]) * places_ +
                          lattice.place[wanted[t]];
        const auto row = static_cast<Eigen::Index>(t);
        known_[at] = 1;
        for (size_t b = 0; b < k; ++b) {
          scores_[at * k + b] = static_cast<float>(moved(row, static_cast<Eigen::Index>(b)));
          slopes_[at * k + b] = static_cast<float>(slopes(row, static_cast<Eigen::Index>(b)));
        }
        power_[at] = static_cast<float>(moved.row(row).squaredNorm());
        slopePower_[at] = static_cast<float>(slopes.row(row).squaredNorm());
        total_[u] += moved.row(row).squaredNorm();
      }
    }
  });
}

CommonFrame::Cell CommonFrame::at(size_t unit, int32_t cell) const {
  const size_t row = (unit * static_cast<size_t>(width_) + static_cast<size_t>(cell - firstCell_[unit])) * places_;
  return {scores_.data() + row * components_, slopes_.data() + row * components_, power_.data() + row,
          slopePower_.data() + row, known_.data() + row};
}

} // namespace dant
