// Logarithms and exponentials of many numbers.
#include "core/simd/vectors.h"

namespace {

/// Natural logarithm of positive, normal numbers: x = 2^e·m with m in [√½, √2), log m = 2·atanh((m − 1)/(m + 1)).
inline VectorD logarithm(VectorD x) {
  const VectorI bits = reinterpret_cast<VectorI>(x);
  const long long sqrtHalf = 0x3FE6A09E667F3BCDLL;
  const VectorI exponent = (bits - sqrtHalf) >> 52;
  const VectorD mantissa = reinterpret_cast<VectorD>(bits - (exponent << 52));
  const VectorD s = (mantissa - 1.0) / (mantissa + 1.0);
  const VectorD q = s * s;
  const VectorD series =
      1.0 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13 + q / 15.0))))));
  return 2.0 * s * series + __builtin_convertvector(exponent, VectorD) * 0.6931471805599453;
}

inline VectorD fisherOf(VectorD r, double limit) {
  r = r == r ? r : VectorD{};
  r = r > limit ? limit - VectorD{} : r;
  r = r < -limit ? -limit - VectorD{} : r;
  return 0.5 * logarithm((1.0 + r) / (1.0 - r));
}

/// atanh(r)/r as a polynomial of x = r², within 7e-10 for x ≤ 0.36 (Chebyshev interpolation of what follows the 1).
inline VectorF smallFisherFactor(VectorF x) {
  const VectorF tail = 0.08136631F + x * (0.12964469F + x * (-0.08671835F + x * 0.26304153F));
  return 1.0F + x * (0.33333333F + x * (0.20000074F + x * (0.14281488F + x * (0.11202465F + x * tail))));
}

/// ½ + ½·exp(x), x = k·log 2 + r, |r| ≤ ½·log 2: exp(x) = 2^k·(1 + r + r²/2! + … + r¹³/13!); the next term is below
/// 5e-18. No sum of two products, so that a compiler can fuse it in one way only.
inline VectorD halfOfOneAndExp(VectorD x) {
  // Below, exp is nothing beside 1; above, all is infinite. NaN is neither.
  x = x < -100.0 ? -100.0 - VectorD{} : x;
  x = x > 711.0 ? 711.0 - VectorD{} : x;
  // Adding it rounds to an integer, which is then in the lowest bits.
  const double shift = 0x1.8p52;
  const VectorD shifted = x * 0x1.71547652b82fep0 + shift; // 1/log 2
  const VectorD k = shifted - shift;
  // The first part of log 2 has 32 bits: its product with k is exact.
  const VectorD r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
  // In three parts, of which none waits for another.
  const VectorD square = r * r, fourth = square * square;
  const VectorD first = 0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120)));
  const VectorD second = 1.0 / 720 + r * (1.0 / 5040 + r * (1.0 / 40320 + r * (1.0 / 362880)));
  const VectorD third = 1.0 / 3628800 + r * (1.0 / 39916800 + r * (1.0 / 479001600 + r * (1.0 / 6227020800)));
  const VectorD series = first + fourth * (second + fourth * third);
  const VectorD exponential = 1.0 + (r + square * series);
  // Twice the series, times a quarter of 2^k: half of exp(x) is still a number where 2^k is too large to be one.
  const VectorI power = (reinterpret_cast<VectorI>(shifted) + (1023 - 2)) << 52;
  return 0.5 + (exponential + exponential) * reinterpret_cast<VectorD>(power);
}

} // namespace

namespace dant::DANT_LEVEL {

void fisherZ(const double* r, size_t count, double limit, float* z) {
  size_t i = 0;
  for (; i + lanesD <= count; i += lanesD) {
    *reinterpret_cast<UnalignedHalfF*>(z + i) = __builtin_convertvector(fisherOf(load(r + i), limit), HalfF);
  }
  for (; i < count; ++i) z[i] = static_cast<float>(fisherOf(r[i] - VectorD{}, limit)[0]);
}

void smallFisherZ(const float* products, const float* scales, size_t rows, float* z, float* largest) {
  for (size_t row = 0; row < rows; ++row) {
    VectorF most = {};
    for (int c = 0; c < columnsF; ++c) {
      const size_t at = row * width + c * lanesF;
      const VectorF r = load(products + at) * load(scales + c * lanesF);
      const VectorF size = r < 0.0F ? -r : r;
      most = size > most ? size : most;
      store(z + at, r * smallFisherFactor(r * r));
    }
    largest[row] = most[0];
    for (int lane = 1; lane < lanesF; ++lane) largest[row] = most[lane] > largest[row] ? most[lane] : largest[row];
  }
}

void distances(const double* similarities, size_t count, double* distances) {
  for (size_t i = 0; i < count; i += lanesD) {
    const size_t rest = count - i < lanesD ? count - i : lanesD;
    double last[lanesD] = {};
    if (rest < lanesD)
      for (size_t lane = 0; lane < rest; ++lane) last[lane] = similarities[i + lane];
    const VectorD distance = halfOfOneAndExp(-2.0 * load(rest < lanesD ? last : similarities + i));
    if (rest == lanesD) {
      store(distances + i, distance);
    } else {
      for (size_t lane = 0; lane < rest; ++lane) distances[i + lane] = distance[lane];
    }
  }
}

} // namespace dant::DANT_LEVEL
