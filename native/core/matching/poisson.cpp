#include "core/matching/poisson.h"

#include <cmath>

namespace dant {

namespace {

/// P(X ≥ count) at this mean: the regularised incomplete gamma function P(count, mean), by its series (Abramowitz and
/// Stegun 6.5.29) or the continued fraction of its complement (6.5.31, by Lentz's method).
double tail(double count, double mean) {
  if (mean <= 0) return 0;
  const double front = std::exp(count * std::log(mean) - mean - std::lgamma(count));
  if (mean < count + 1) {
    double term = 1 / count, sum = term;
    for (double k = count + 1; term > 1e-16 * sum; ++k) sum += (term *= mean / k);
    return front * sum;
  }
  constexpr double tiny = 1e-300;
  double b = mean + 1 - count, c = 1 / tiny, d = 1 / b, fraction = d;
  for (int k = 1; k < 10000; ++k) {
    const double a = -k * (k - count);
    b += 2;
    d = a * d + b;
    c = b + a / c;
    d = 1 / (std::abs(d) < tiny ? tiny : d);
    if (std::abs(c) < tiny) c = tiny;
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return 1 - front * fraction;
}

} // namespace

double poissonLowerBound(double count, double level) {
  if (count <= 0) return 0;
  double low = 0, high = count;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (tail(count, middle) < level ? low : high) = middle;
  }
  return (low + high) / 2;
}

} // namespace dant
