#include "core/matching/probe_sites.h"

#include "core/job/job.h"
#include "core/motion/whole_number.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace dant {

namespace {

/// Places are equal to within this: coordinates come from files with few digits.
constexpr double gridUm = 0.01;
constexpr size_t largestColumnCount = 8;

int64_t rounded(double um) { return std::llround(um / gridUm); }

/// Smallest shift that takes at least nine tenths of the sites which it leaves on the probe to sites; 0: none.
double periodOf(const ProbeSites& sites) {
  std::set<int64_t> depths;
  std::set<std::pair<int64_t, int64_t>> occupied;
  for (size_t c = 0; c < sites.count(); ++c) {
    depths.insert(rounded(sites.y(c)));
    occupied.emplace(rounded(sites.x(c)), rounded(sites.y(c)));
  }
  std::set<int64_t> shifts;
  for (const auto depth : depths) shifts.insert(depth - *depths.begin());
  shifts.erase(0);
  for (const auto shift : shifts) {
    size_t moved = 0, found = 0;
    for (const auto& [x, y] : occupied) {
      if (y + shift > *depths.rbegin()) continue;
      ++moved;
      // Rounding may have put a site on either side.
      for (int64_t off = -1; off <= 1; ++off) {
        if (!occupied.contains({x, y + shift + off})) continue;
        ++found;
        break;
      }
    }
    if (10 * found > 9 * moved) return static_cast<double>(shift) * gridUm;
  }
  return 0;
}

} // namespace

ProbeSites::ProbeSites(std::span<const double> locationsUm, std::span<const int32_t> shanks)
    : locationsUm_(locationsUm.begin(), locationsUm.end()), shanks_(shanks.begin(), shanks.end()) {
  if (shanks_.empty()) shanks_.assign(locationsUm.size() / 2, 0);
  if (2 * shanks_.size() != locationsUm_.size() || shanks_.empty()) {
    throw InputError("The shanks do not fit the sites, or there are none.");
  }
  lowest_ = highest_ = y(0);
  for (size_t c = 0; c < count(); ++c) {
    lowest_ = std::min(lowest_, y(c));
    highest_ = std::max(highest_, y(c));
  }
}

std::vector<size_t> ProbeSites::near(int32_t shank, double depthUm, double reachUm) const {
  std::vector<size_t> found;
  for (size_t c = 0; c < count(); ++c)
    if (shanks_[c] == shank && std::abs(y(c) - depthUm) < reachUm) found.push_back(c);
  return found;
}

std::vector<double> ProbeSites::columns(int32_t shank) const {
  std::set<double> distinct;
  for (size_t c = 0; c < count(); ++c)
    if (shanks_[c] == shank) distinct.insert(x(c));
  std::vector<double> all(distinct.begin(), distinct.end());
  if (all.size() <= largestColumnCount) return all;
  const double first = all.front(), step = (all.back() - first) / (largestColumnCount - 1);
  all.resize(largestColumnCount);
  for (size_t k = 0; k < all.size(); ++k) all[k] = first + static_cast<double>(k) * step;
  return all;
}

ProbeLattice::ProbeLattice(const ProbeSites& sites) : cell(sites.count()), place(sites.count()) {
  periodUm = periodOf(sites);
  repeats = periodUm > 0;
  // Longer than the probe and all motion.
  if (!repeats) periodUm = 2 * (sites.highestUm() - sites.lowestUm()) + 1e4;
  std::map<std::pair<int64_t, int64_t>, size_t> known;
  for (size_t c = 0; c < sites.count(); ++c) {
    const double height = sites.y(c) - sites.lowestUm();
    cell[c] = wholeNumber(std::floor(height / periodUm + 1e-3));
    cells = std::max(cells, cell[c] + 1);
    // To a tenth of a micrometre: the depth of a cell has a rounded period in it.
    const std::pair key{std::llround(10 * (height - cell[c] * periodUm)), std::llround(10 * sites.x(c))};
    place[c] = known.emplace(key, known.size()).first->second;
  }
  places = known.size();
}

} // namespace dant
