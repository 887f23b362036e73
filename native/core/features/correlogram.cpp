#include "core/features/correlogram.h"

#include "core/features/gaussian.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace dant {

namespace {

/// The nearest integer, halves to even, for |x| < 2³¹: adding 1.5·2⁵² leaves it in the low bits of the sum.
int32_t roundHalfEven(double x) { return static_cast<int32_t>(std::bit_cast<uint64_t>(x + 0x1.8p52)); }

/// The smallest d ≥ 0 with round-half-to-even(d / binWidth) ≥ bins. The quotient never falls as d grows, so a walk
/// over neighbouring doubles from the edge in exact arithmetic finds it.
double smallestLagBeyond(double binWidth, size_t bins) {
  const auto beyond = [&](double d) { return std::nearbyint(d / binWidth) >= static_cast<double>(bins); };
  double d = (static_cast<double>(bins) - 0.5) * binWidth;
  while (!beyond(d)) d = std::nextafter(d, HUGE_VAL);
  while (beyond(std::nextafter(d, 0.0))) d = std::nextafter(d, 0.0);
  return d;
}

/// Counts lags in bins −(bins − 1) … bins − 1.
class LagHistogram {
public:
  LagHistogram(const Job& job, double windowMs, double binWidthMs)
      : job_(job), binWidthMs_(binWidthMs), bins_(correlogramBins(windowMs, binWidthMs)),
        limitMs_(smallestLagBeyond(binWidthMs, bins_)), counts_(2 * bins_ - 1) {}

  /// Whether a lag ≥ 0 falls into one of the bins.
  bool within(double lagMs) const { return lagMs < limitMs_; }

  /// Counts the lags from one spike to others, all of which must be within.
  void add(double fromMs, std::span<const double> toMs) {
    int64_t* zero = counts_.data() + (bins_ - 1);
    while (!toMs.empty()) {
      const auto part = toMs.first(std::min(toMs.size(), pollEvery - sincePoll_));
      for (const double to : part) ++zero[roundHalfEven((to - fromMs) / binWidthMs_)];
      toMs = toMs.subspan(part.size());
      tick(part.size());
    }
    tick(1);
  }

  const std::vector<int64_t>& counts() const { return counts_; }
  size_t bins() const { return bins_; }

private:
  void tick(size_t work) {
    sincePoll_ += work;
    if (sincePoll_ >= pollEvery) {
      job_.throwIfAborted();
      sincePoll_ = 0;
    }
  }

  const Job& job_;
  double binWidthMs_;
  size_t bins_;
  double limitMs_; ///< the smallest lag that is beyond the last bin
  std::vector<int64_t> counts_;
  size_t sincePoll_ = 0;
};

/// Lags 0, b, … of the pairs i < j of one sorted train.
std::vector<double> rightSide(const Job& job, std::span<const double> times, double windowMs, double binWidthMs) {
  LagHistogram histogram(job, windowMs, binWidthMs);
  size_t end = 0;
  for (size_t i = 0; i < times.size(); ++i) {
    end = std::max(end, i + 1);
    while (end < times.size() && histogram.within(times[end] - times[i])) ++end;
    histogram.add(times[i], times.subspan(i + 1, end - i - 1));
  }
  return {histogram.counts().begin() + (histogram.bins() - 1), histogram.counts().end()};
}

} // namespace

size_t correlogramBins(double windowMs, double binWidthMs) { return static_cast<size_t>(windowMs / binWidthMs) + 1; }

void autoCorrelograms(const Job& job, const SpikeTrains& trains, double windowMs, double binWidthMs, double sigmaMs,
                      std::span<double> out) {
  const size_t bins = correlogramBins(windowMs, binWidthMs);
  const size_t length = 2 * bins - 1;
  const auto weights = gaussianWeights(sigmaMs / binWidthMs);
  parallelFor(
      job, trains.units(),
      [&](size_t unit) {
        const auto counts = rightSide(job, trains.sortedFromZero(job, unit), windowMs, binWidthMs);
        const auto row = out.subspan(unit * length, length);
        const auto right = row.subspan(bins);
        row[bins - 1] = counts[0];
        smooth(job, std::span(counts).subspan(1), weights, 0, bins - 1, right.data());
        // The left half is the mirror image, before and after smoothing.
        std::reverse_copy(right.begin(), right.end(), row.begin());
        const double maximum = *std::max_element(row.begin(), row.end());
        for (double& value : row) value /= maximum;
      },
      true);
}

std::vector<double> crossCorrelogram(const Job& job, std::span<const double> aMs, std::span<const double> bMs,
                                     double windowMs, double binWidthMs) {
  LagHistogram histogram(job, windowMs, binWidthMs);
  auto a = sortedTimes(job, aMs, "the first spike train");
  auto b = sortedTimes(job, bMs, "the second spike train");
  if (!a.empty() && !b.empty()) {
    // One zero of time for both, as for a single train.
    const double origin = std::min(a[0], b[0]);
    shiftTimes(job, a, origin);
    shiftTimes(job, b, origin);
    size_t begin = 0;
    size_t end = 0;
    for (const double from : a) {
      while (begin < b.size() && b[begin] < from && !histogram.within(from - b[begin])) ++begin;
      end = std::max(end, begin);
      while (end < b.size() && histogram.within(b[end] - from)) ++end;
      histogram.add(from, std::span(b).subspan(begin, end - begin));
    }
  }
  return {histogram.counts().begin(), histogram.counts().end()};
}

} // namespace dant
