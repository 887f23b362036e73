#pragma once
#include "core/correction/kriging.h"
#include "core/job/job.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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
  /// Copies the waveform (C, T) of the k-th picked unit.
  template <class Real> void load(size_t k, Real* waveform) const;
};

/// Moves the waveforms of one unit after the other along the probe, each by whatever shifts it has; one per thread.
/// Keeps what units share.
template <class Real> class Shifter {
public:
  Shifter(const Kriging<Real>& kriging, size_t samples);

  /// Takes up a unit by its kriging weights (C, T).
  void take(const Real* weights);
  /// Writes the unit's waveform (C, T) for a shift.
  void shift(double um, Real* corrected);

private:
  const Kriging<Real>& kriging_;
  size_t samples_;
  std::vector<Real> sweeps_;
};

/// Kriging weights (n, C, T) of the picked units, in single precision: what `Shifter` starts from.
void krigingWeights(const Job& job, const Waveforms& waveforms, const Kriging<float>& kriging,
                    std::span<float> weights);

/// Corrected waveforms (n, C, T, K) of the units first … first + n − 1 of those picked; shiftsUm (K, units.size()).
void correctWaveforms(const Job& job, const Waveforms& waveforms, const Kriging<double>& kriging,
                      std::span<const double> shiftsUm, size_t templates, size_t first, std::span<double> corrected);

} // namespace dant
