#include "core/report/curves.h"

#include "core/job/job.h"
#include "core/report/round_half_up.h"

#include <algorithm>

namespace dant {

void packCurves(std::span<const double> curves, const PackedCurves& packed) {
  const auto& [top, gap, bytes, lows, highs] = packed;
  const size_t units = lows.size();
  const size_t divisor = std::max<size_t>(1, units);
  const size_t points = bytes.size() / divisor, given = curves.size() / divisor;
  if (highs.size() != units || bytes.size() != units * points || curves.size() != units * given || points > given) {
    throw InputError("The curves do not fit the units and points that are shown of them.");
  }
  for (size_t unit = 0; unit < units; ++unit) {
    const auto curve = curves.subspan((unit + 1) * given - points, points);
    double low = 0, high = 0;
    for (const double value : curve) {
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
    const double range = (high - low) / top, step = range == 0 ? 1 : range;
    const auto shown = bytes.subspan(unit * points, points);
    std::transform(curve.begin(), curve.end(), shown.begin(), [&](double value) {
      const double steps = (value - low) / step;
      return steps == steps ? static_cast<uint8_t>(roundHalfUp(steps)) : gap;
    });
    lows[unit] = static_cast<float>(low);
    highs[unit] = static_cast<float>(high);
  }
}

} // namespace dant
