#pragma once
#include "core/import/filter.h"
#include "core/import/raw_samples.h"

#include <array>
#include <complex>
#include <cstddef>

namespace dant {

/// What a sample does to those a distance away: factors of the three numbers of a FilterState.
struct FilterResponse {
  FilterResponse(const ZeroPhaseHighPass& filter, int distance)
      : a((filter.weights[0] * std::pow(filter.poles[0], distance)).real()),
        b(2.0 * filter.weights[1] * std::pow(filter.poles[1], distance)) {}

  double a;
  std::complex<double> b;
};

/// What the filter keeps of the samples on one side, of the channels of a tile.
struct FilterState {
  using Row = std::array<double, tileChannels>;
  Row real, u, v;

  /// `samples[k]` of channel k.
  template <class Samples> void next(const ZeroPhaseHighPass& filter, const Samples& samples) {
    const double a = filter.poles[0].real(), re = filter.poles[1].real(), im = filter.poles[1].imag();
    for (size_t k = 0; k < tileChannels; ++k) {
      const double before = u[k];
      real[k] = real[k] * a + samples[k];
      u[k] = before * re - v[k] * im + samples[k];
      v[k] = before * im + v[k] * re;
    }
  }

  /// Adds what the samples behind the state still do: at distance 0 of the response, or 1.
  void addTo(const FilterResponse& response, double* y) const {
    for (size_t k = 0; k < tileChannels; ++k)
      y[k] += response.a * real[k] + response.b.real() * u[k] - response.b.imag() * v[k];
  }
};

} // namespace dant
