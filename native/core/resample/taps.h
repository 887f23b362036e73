#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace dant {

/// How many samples become how many: `up` outputs for every `down` inputs. A `down` that is no whole number (a
/// calibrated sampling rate) needs up = 1.
struct RateRatio {
  size_t up;
  double down;

  bool isWhole() const;
  /// Samples of the input from one output to the next
  double step() const { return down / static_cast<double>(up); }
  /// ceil(rows · up / down)
  size_t outputs(size_t rows) const;
};

/// The weights of the inputs around the time of an output: a windowed sinc as of scipy.signal.resample_poly, that is
/// firwin(20 · m + 1, 1 / m, Kaiser β = 5) · up with m = max(up, down), of DC gain 1.
class ResamplingTaps {
public:
  explicit ResamplingTaps(RateRatio ratio);

  /// The first input that output `m` needs; before the signal if negative.
  std::ptrdiff_t first(size_t m) const;
  /// The last one.
  std::ptrdiff_t last(size_t m) const;
  /// The weights of the inputs first(m) … last(m). `room` may hold them.
  std::span<const double> of(size_t m, std::vector<double>& room) const;

private:
  double fineWeight(double distance) const;

  RateRatio ratio_;
  std::ptrdiff_t half_ = 0;                 ///< whole: on each side, in steps of 1 / up
  double reach_ = 0;                        ///< not whole: on each side, inputs
  std::vector<std::vector<double>> phases_; ///< whole: of each phase of `up`
  std::vector<double> fine_;                ///< not whole: the kernel in fine steps, from its middle
};

} // namespace dant
