#pragma once
#include <cstdint>
#include <span>

namespace dant {

/// Curves of all units in few whole steps: value = low + (high − low)·byte / top.
struct PackedCurves {
  uint8_t top, gap;           ///< the largest value, and what stands for "not a number"
  std::span<uint8_t> bytes;   ///< (units, points)
  std::span<float> low, high; ///< (units) range of the values and zero
};

/// Packs curves (units, given) from the point `given` − points on.
/// Throws InputError if lengths do not fit.
void packCurves(std::span<const double> curves, const PackedCurves& packed);

} // namespace dant
