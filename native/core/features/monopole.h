#pragma once
#include <span>

namespace dant {

struct Monopole {
  double x, y, z;   ///< µm; z is the distance from the probe's plane
  double amplitude; ///< µV·µm
};

/// Monopolar triangulation (Boussard et al. 2021): the point source whose potential amplitude / distance is nearest to
/// the peak-to-trough amplitudes on the given channels in the least-squares sense, with x and y within 100 µm of the
/// start, z in [1, 1000] and the amplitude in [0, 1000 × the largest one]. The search starts from (startX, startY, 1).
/// A flat unit stays there, with amplitude 0.
Monopole fitMonopole(std::span<const double> channelX, std::span<const double> channelY,
                     std::span<const double> peakToTrough, double startX, double startY);

} // namespace dant
