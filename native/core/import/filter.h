#pragma once
#include <array>
#include <complex>

namespace dant {

/// A Butterworth high-pass filter of order 3 that runs forwards and backwards, so that nothing is delayed (SciPy:
/// butter(3, cut, 'highpass', output='sos') with sosfiltfilt). The bilinear transform of the analogue filter has one
/// real and two conjugate poles inside the unit circle. What both passes make of an impulse are therefore
/// exponentials of the distance in samples n,
///   h(n) = direct·δ(n) + weights[0]·poles[0]^|n| + 2·Re(weights[1]·poles[1]^|n|),
/// so that three numbers hold all that the filter needs of the samples before a window, and three of those behind it.
struct ZeroPhaseHighPass {
  /// 0 < cutHz < sampleRateHz / 2.
  ZeroPhaseHighPass(double cutHz, double sampleRateHz);

  double direct;
  std::array<std::complex<double>, 2> poles;   ///< the real one, and the one with positive imaginary part
  std::array<std::complex<double>, 2> weights; ///< of their powers
};

} // namespace dant
