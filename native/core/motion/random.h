#pragma once
#include <cstdint>

namespace dant {

/// SplitMix64 (Steele, Lea & Flood 2014): a small generator whose streams, one per seed, are independent.
class SplitMix64 {
public:
  SplitMix64(uint64_t seed, uint64_t stream) : state_(seed * 0x9E3779B97F4A7C15ULL ^ mix(stream + 1)) {}

  uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15ULL); }
  /// Uniform in 0 … below − 1 (below < 2³²); the bias of the multiplication is below 2⁻³².
  uint64_t below(uint64_t below) { return ((next() >> 32) * below) >> 32; }

private:
  static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

} // namespace dant
