#include "core/report/pixel_sums.h"

#include "core/job/job.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

namespace dant {

namespace {

void requirePixels(std::span<const int32_t> pixelOf, size_t side, size_t pixels) {
  const bool exist = std::all_of(pixelOf.begin(), pixelOf.end(), [&](int32_t pixel) {
    return static_cast<size_t>(pixel) < side; // a negative number is too large
  });
  if (!exist || (side == 0 ? pixels != 0 : pixels % side != 0 || pixels / side != side)) {
    throw InputError("The pixels of the units do not fit the image.");
  }
}

/// (side, side) pairs of different units that were compared.
std::vector<uint32_t> comparedPairs(std::span<const int32_t> partOf, std::span<const int32_t> pixelOf, size_t side) {
  std::vector<uint32_t> counts(side * side);
  for (const int32_t part : std::set<int32_t>(partOf.begin(), partOf.end())) {
    std::vector<uint32_t> unitsAt(side);
    for (size_t unit = 0; unit < pixelOf.size(); ++unit)
      if (partOf[unit] == part) ++unitsAt[static_cast<size_t>(pixelOf[unit])];
    for (size_t a = 0; a < side; ++a) {
      uint32_t* line = counts.data() + a * side;
      for (size_t b = 0; b < side; ++b) line[b] += unitsAt[a] * unitsAt[b];
      // The distance of a unit from itself says nothing.
      line[a] -= unitsAt[a];
    }
  }
  return counts;
}

/// What 98 % of the means are not above, to a thousandth of their range.
double mostBelow(std::span<const double> means, double low, double high) {
  constexpr size_t bins = 1001;
  const double perBin = 1000, range = high > low ? high - low : 1;
  std::vector<size_t> counts(bins);
  size_t total = 0;
  for (const double mean : means) {
    if (std::isnan(mean)) continue;
    const double bin = perBin * (mean - low) / range;
    ++counts[bin > 0 ? static_cast<size_t>(std::min(bin, perBin)) : 0]; // also where a mean is infinite
    ++total;
  }
  size_t bin = 0;
  for (size_t below = counts[0]; static_cast<double>(below) < 0.98 * static_cast<double>(total);)
    below += counts[++bin];
  return low + static_cast<double>(bin + 1) / static_cast<double>(bins) * (high - low);
}

} // namespace

void addToPixels(const BlockOfRows& block, std::span<const int32_t> partOf, std::span<const int32_t> pixelOf,
                 size_t side, std::span<double> sums) {
  block.requireUnits(partOf.size());
  block.requireUnits(pixelOf.size());
  requirePixels(pixelOf, side, sums.size());
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

std::pair<double, double> shadePixels(std::span<const double> sums, std::span<const int32_t> partOf,
                                      std::span<const int32_t> pixelOf, size_t side, size_t shades,
                                      std::span<uint8_t> shadeOf) {
  requirePixels(pixelOf, side, sums.size());
  if (partOf.size() != pixelOf.size() || shadeOf.size() != sums.size() || shades == 0 || shades > 256)
    throw InputError("The shades do not fit the image.");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto counts = comparedPairs(partOf, pixelOf, side);
  std::vector<double> means(sums.size(), std::numeric_limits<double>::quiet_NaN());
  double low = infinity, high = -infinity;
  for (size_t pixel = 0; pixel < means.size(); ++pixel) {
    if (counts[pixel] == 0) continue;
    means[pixel] = sums[pixel] / counts[pixel];
    low = std::min(low, means[pixel]);
    high = std::max(high, means[pixel]);
  }
  if (low <= high) high = mostBelow(means, low, high);
  else low = 0, high = 1;
  const double range = high > low ? high - low : 1;
  const double last = static_cast<double>(shades - 1);
  for (size_t pixel = 0; pixel < means.size(); ++pixel) {
    const double share = std::isnan(means[pixel]) ? (pixel % (side + 1) == 0 ? 0 : 1) : (means[pixel] - low) / range;
    shadeOf[pixel] = static_cast<uint8_t>(last * std::clamp(share, 0.0, 1.0) + 0.5);
  }
  return {low, high};
}

} // namespace dant
