#pragma once
#include <cstddef>
#include <span>

namespace dant {

/// A Butterworth high-pass filter of order 3 as SciPy's butter(3, cut, 'highpass', output='sos'): the bilinear
/// transform of a section of first and one of second order.
class HighPass {
public:
  /// 0 < cutHz < sampleRateHz / 2.
  HighPass(double cutHz, double sampleRateHz);

  /// Signals that are filtered side by side: sample t of signal k stands at t·lanes + k.
  static constexpr size_t lanes = 8;

  /// Filters signals forwards and backwards in place, so that nothing is delayed, as sosfiltfilt does: the ends are
  /// continued by 12 samples that are mirrored at the end point. `room` holds at least lanes·(samples + 24) numbers.
  void zeroPhase(std::span<double> signals, std::span<double> room) const;

  static constexpr size_t padding = 12;

private:
  struct Section {
    double b0, b1, b2, a1, a2;
  };

  void filter(double* first, size_t samples, std::ptrdiff_t step) const;

  Section first_, second_;
};

} // namespace dant
