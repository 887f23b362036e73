#pragma once
#include "core/correction/kriging.h"
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace dant {

/// The mean waveforms of the units to compare, as they lie in memory: (·, C, T), single or double precision (one of the
/// two spans is empty), of which `units` picks the rows.
struct Waveforms {
  std::span<const float> f32;
  std::span<const double> f64;
  std::span<const int32_t> units;
  size_t channels = 0;
  size_t samples = 0;

  size_t count() const { return units.size(); }
  size_t size() const { return channels * samples; }
  /// Throws InputError if a unit lies outside of the array.
  void check() const;
  /// The waveform (C, T) of the k-th picked unit: where it lies in memory, or converted in `scratch` (C, T).
  template <class Real> const Real* read(size_t k, Real* scratch) const;
};

/// Corrected waveforms (n, C, T, K) of the units first … first + n − 1 of those picked; shiftsUm (K, units.size()).
void correctWaveforms(const Job& job, const Waveforms& waveforms, const Kriging<double>& kriging,
                      std::span<const double> shiftsUm, size_t templates, size_t first, std::span<double> corrected);

} // namespace dant
