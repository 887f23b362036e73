#pragma once
#include <cstddef>
#include <span>

namespace dant {

/// Some rows of a matrix (units, units): those of the units first … end − 1.
class BlockOfRows {
public:
  /// Throws InputError unless `values` are whole rows, of no more than `units` units.
  BlockOfRows(std::span<const double> values, size_t first, size_t units);

  size_t first() const { return first_; }
  size_t end() const { return end_; }
  size_t units() const { return units_; }
  /// (units) first ≤ unit < end
  std::span<const double> row(size_t unit) const { return values_.subspan((unit - first_) * units_, units_); }
  /// Throws InputError unless `count`, of what is given of each unit, is the number of units.
  void requireUnits(size_t count) const;

private:
  std::span<const double> values_;
  size_t first_;
  size_t end_;
  size_t units_;
};

} // namespace dant
