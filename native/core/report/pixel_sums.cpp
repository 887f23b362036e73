#include "core/report/pixel_sums.h"

#include "core/job/job.h"

#include <algorithm>

namespace dant {

void addToPixels(const BlockOfRows& block, std::span<const int32_t> partOf, std::span<const int32_t> pixelOf,
                 size_t side, std::span<double> sums) {
  block.requireUnits(partOf.size());
  block.requireUnits(pixelOf.size());
  const bool arePixels = std::all_of(pixelOf.begin(), pixelOf.end(), [&](int32_t pixel) {
    return static_cast<size_t>(pixel) < side; // a negative number is too large
  });
  if (!arePixels || (side == 0 ? !sums.empty() : sums.size() % side != 0 || sums.size() / side != side)) {
    throw InputError("The pixels of the units do not fit the image.");
  }
  for (size_t unit = block.first(); unit < block.end(); ++unit) {
    const auto row = block.row(unit);
    const auto line = sums.subspan(static_cast<size_t>(pixelOf[unit]) * side, side);
    const int32_t part = partOf[unit];
    const auto add = [&](size_t begin, size_t end) {
      for (size_t other = begin; other < end; ++other) {
        // x + −0 is x, also where x is 0 or −0.
        line[static_cast<size_t>(pixelOf[other])] += partOf[other] == part ? row[other] : -0.0;
      }
    };
    add(0, unit);
    add(unit + 1, row.size());
  }
}

} // namespace dant
