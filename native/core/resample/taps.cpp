#include "core/resample/taps.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace dant {

namespace {

constexpr double kaiserBeta = 5;
/// Zero crossings of the sinc on each side
constexpr double crossings = 10;
/// Steps of the fine kernel in an input sample: linear interpolation is then right to 1e-7 at worst.
constexpr double fineSteps = 1024;

/// Modified Bessel function of the first kind, order 0: its power series.
double besselI0(double x) {
  double term = 1, sum = 1;
  for (int k = 1; term > 1e-17 * sum; ++k) {
    term *= x * x / (4.0 * k * k);
    sum += term;
  }
  return sum;
}

/// The windowed sinc at `share` (−1 … 1) of its reach.
double kernel(double share) {
  if (std::abs(share) > 1) return 0;
  const double x = std::numbers::pi * crossings * share;
  const double sinc = x == 0 ? 1 : std::sin(x) / x;
  static const double atMiddle = besselI0(kaiserBeta);
  return sinc * besselI0(kaiserBeta * std::sqrt(1 - share * share)) / atMiddle;
}

std::ptrdiff_t floorDivide(std::ptrdiff_t a, std::ptrdiff_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

} // namespace

bool RateRatio::isWhole() const { return down == std::floor(down); }

size_t RateRatio::outputs(size_t rows) const {
  if (!isWhole()) return static_cast<size_t>(std::ceil(static_cast<double>(rows) / down));
  const auto whole = static_cast<size_t>(down);
  return (rows * up + whole - 1) / whole;
}

ResamplingTaps::ResamplingTaps(RateRatio ratio) : ratio_(ratio) {
  if (!ratio.isWhole()) {
    reach_ = crossings * std::max(1.0, ratio.step());
    fine_.resize(static_cast<size_t>(reach_ * fineSteps) + 3);
    for (size_t i = 0; i < fine_.size(); ++i) fine_[i] = kernel(static_cast<double>(i) / fineSteps / reach_);
    return;
  }
  const auto up = static_cast<std::ptrdiff_t>(ratio.up);
  half_ = static_cast<std::ptrdiff_t>(crossings) * std::max(up, static_cast<std::ptrdiff_t>(ratio.down));
  std::vector<double> taps(static_cast<size_t>(2 * half_ + 1));
  for (std::ptrdiff_t i = -half_; i <= half_; ++i) {
    taps[static_cast<size_t>(i + half_)] = kernel(static_cast<double>(i) / static_cast<double>(half_));
  }
  const double scale = static_cast<double>(up) / std::accumulate(taps.begin(), taps.end(), 0.0);
  phases_.resize(ratio.up);
  for (size_t phase = 0; phase < ratio.up; ++phase) {
    // Output m stands m · down steps after the first input, an input `up` steps after the one before.
    std::ptrdiff_t place = static_cast<std::ptrdiff_t>(phase) * static_cast<std::ptrdiff_t>(ratio.down);
    for (std::ptrdiff_t k = first(phase); k <= last(phase); ++k) {
      phases_[phase].push_back(scale * taps[static_cast<size_t>(half_ + place - k * up)]);
    }
  }
}

std::ptrdiff_t ResamplingTaps::first(size_t m) const {
  if (!ratio_.isWhole()) return static_cast<std::ptrdiff_t>(std::ceil(static_cast<double>(m) * ratio_.down - reach_));
  const auto up = static_cast<std::ptrdiff_t>(ratio_.up);
  const auto place = static_cast<std::ptrdiff_t>(m) * static_cast<std::ptrdiff_t>(ratio_.down);
  return floorDivide(place - half_ + up - 1, up);
}

std::ptrdiff_t ResamplingTaps::last(size_t m) const {
  if (!ratio_.isWhole()) return static_cast<std::ptrdiff_t>(std::floor(static_cast<double>(m) * ratio_.down + reach_));
  const auto up = static_cast<std::ptrdiff_t>(ratio_.up);
  const auto place = static_cast<std::ptrdiff_t>(m) * static_cast<std::ptrdiff_t>(ratio_.down);
  return floorDivide(place + half_, up);
}

double ResamplingTaps::fineWeight(double distance) const {
  const double place = std::abs(distance) * fineSteps;
  const auto step = static_cast<size_t>(place);
  const double share = place - static_cast<double>(step);
  return fine_[step] + share * (fine_[step + 1] - fine_[step]);
}

std::span<const double> ResamplingTaps::of(size_t m, std::vector<double>& room) const {
  if (ratio_.isWhole()) return phases_[m % ratio_.up];
  const double time = static_cast<double>(m) * ratio_.down;
  room.clear();
  double sum = 0;
  for (std::ptrdiff_t k = first(m); k <= last(m); ++k) {
    room.push_back(fineWeight(time - static_cast<double>(k)));
    sum += room.back();
  }
  for (double& weight : room) weight /= sum;
  return room;
}

} // namespace dant
