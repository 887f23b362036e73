#include "core/report/block_of_rows.h"

#include "core/job/job.h"

#include <string>

namespace dant {

BlockOfRows::BlockOfRows(std::span<const double> values, size_t first, size_t units)
    : values_(values), first_(first), end_(first), units_(units) {
  const size_t count = units == 0 ? 0 : values.size() / units;
  if (count * units != values.size() || first > units || count > units - first) {
    const auto side = std::to_string(units);
    throw InputError("Expected rows of a matrix of " + side + " × " + side +
                     " values, one for each pair of units, but " + "found " + std::to_string(values.size()) +
                     " values from row " + std::to_string(first) + " on.");
  }
  end_ = first + count;
}

void BlockOfRows::requireUnits(size_t count) const {
  if (count == units_) return;
  throw InputError("Expected something of each of " + std::to_string(units_) + " units but found it of " +
                   std::to_string(count) + ".");
}

} // namespace dant
