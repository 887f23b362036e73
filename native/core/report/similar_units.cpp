#include "core/report/similar_units.h"

#include "core/job/job.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace dant {

SimilarUnits::SimilarUnits(const SimilarUnitLists& lists)
    : lists_(lists), members_(lists.clusters), begins_(members_.count() + 1) {
  for (size_t c = 0; c < members_.count(); ++c) {
    const size_t size = members_.of(static_cast<int32_t>(c + 1)).size();
    begins_[c + 1] = begins_[c] + size * size;
  }
  const size_t units = lists.clusters.size();
  neighbourCount_ = units == 0 ? 0 : lists.neighbours.size() / units;
  if (neighbourCount_ * units != lists.neighbours.size() || (units > 0 && neighbourCount_ == 0) ||
      lists.neighbourSimilarities.size() != lists.neighbours.size() ||
      lists.clusterSimilarities.size() != begins_.back()) {
    throw InputError("The lists of similar units do not fit the units and their clusters.");
  }
}

void SimilarUnits::addRows(const BlockOfRows& block) {
  block.requireUnits(lists_.clusters.size());
  for (size_t unit = block.first(); unit < block.end(); ++unit) {
    addRow(unit, block.row(unit));
  }
}

void SimilarUnits::addRow(size_t unit, std::span<const double> row) {
  const auto clusters = lists_.clusters;
  const int32_t own = clusters[unit];
  const size_t last = (unit + 1) * neighbourCount_ - 1;
  double least = -std::numeric_limits<double>::infinity();
  for (size_t other = 0; other < row.size(); ++other) {
    const double value = row[other];
    // Few are nearer than those that were found before: asked first.
    if (!(value > least) || other == unit || (own > 0 && clusters[other] == own) || value == 0) continue;
    keepNearest(unit, other, value);
    if (lists_.neighbours[last] >= 0) least = lists_.neighbourSimilarities[last];
  }
  const auto members = members_.of(own);
  if (members.empty()) return;
  const auto within = similaritiesWithin(unit);
  for (size_t j = 0; j < members.size(); ++j) {
    within[j] = static_cast<float>(row[members[j]]);
  }
}

void SimilarUnits::addPairs(std::span<const int32_t> pairs, std::span<const double> values) {
  if (pairs.size() != 2 * values.size()) throw InputError("Expected one value for each pair.");
  const size_t units = lists_.clusters.size();
  for (size_t p = 0; p < values.size(); ++p) {
    // A negative number is too large a unit.
    const auto [a, b] = std::pair(static_cast<size_t>(pairs[2 * p]), static_cast<size_t>(pairs[2 * p + 1]));
    if (a >= units || b >= units) continue;
    add(a, b, values[p]);
    add(b, a, values[p]);
  }
}

void SimilarUnits::add(size_t unit, size_t other, double value) {
  const int32_t own = lists_.clusters[unit];
  if (own < 1 || lists_.clusters[other] != own) keepNearest(unit, other, value);
  else similaritiesWithin(unit)[members_.places()[other]] = static_cast<float>(value);
}

/// Of a unit in a cluster, with its members.
std::span<float> SimilarUnits::similaritiesWithin(size_t unit) const {
  const int32_t own = lists_.clusters[unit];
  const size_t size = members_.of(own).size();
  return lists_.clusterSimilarities.subspan(begins_[static_cast<size_t>(own) - 1] + members_.places()[unit] * size,
                                            size);
}

void SimilarUnits::keepNearest(size_t unit, size_t other, double value) {
  const auto neighbours = lists_.neighbours;
  const auto similarities = lists_.neighbourSimilarities;
  const size_t first = unit * neighbourCount_;
  size_t place = first + neighbourCount_ - 1;
  if (neighbours[place] >= 0 && value <= similarities[place]) return;
  for (; place > first && (neighbours[place - 1] < 0 || similarities[place - 1] < value); --place) {
    neighbours[place] = neighbours[place - 1];
    similarities[place] = similarities[place - 1];
  }
  neighbours[place] = static_cast<int32_t>(other);
  similarities[place] = static_cast<float>(value);
}

} // namespace dant
