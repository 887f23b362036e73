#include "core/features/locate.h"
#include "core/features/monopole.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace dant;

namespace {

/// Two columns, 32 µm apart, rows of 20 µm.
std::vector<double> probe(size_t channels) {
  std::vector<double> locations;
  for (size_t c = 0; c < channels; ++c) {
    locations.push_back(static_cast<double>(c % 2) * 32);
    locations.push_back(static_cast<double>(c / 2) * 20);
  }
  return locations;
}

} // namespace

TEST_CASE("units lie where their amplitudes say, by the centre of mass and as point sources") {
  constexpr size_t channels = 48, samples = 20, nearest = 14;
  const auto locations = probe(channels);
  std::mt19937 random(3);
  const auto uniform = [&](double from, double to) { return std::uniform_real_distribution<double>(from, to)(random); };
  constexpr size_t units = 10;
  std::vector<double> waveforms, truth;
  std::vector<std::vector<double>> amplitudes(units);
  for (size_t unit = 0; unit < units; ++unit) {
    const double x = uniform(-10, 42), y = uniform(150, 320), z = uniform(8, 60), size = uniform(2e3, 9e3);
    truth.insert(truth.end(), {x, y, z, size});
    for (size_t c = 0; c < channels; ++c) {
      const double amplitude =
          size / std::sqrt(std::pow(locations[2 * c] - x, 2) + std::pow(locations[2 * c + 1] - y, 2) + z * z);
      amplitudes[unit].push_back(amplitude);
      // From a trough of −0.7 to a peak of 0.3 of the amplitude.
      for (size_t t = 0; t < samples; ++t)
        waveforms.push_back(t == 7 ? -0.7 * amplitude : t == 12 ? 0.3 * amplitude : 0);
    }
  }
  std::vector<int32_t> peaks(units);
  std::vector<double> found(3 * units), foundAmplitudes(units);
  const UnitLocations out{peaks, found, foundAmplitudes};
  const std::span<const double> given(waveforms);

  locateUnits(Job{.threads = 2}, given, samples, locations, nearest, LocationAlgorithm::centerOfMass, out);
  for (size_t unit = 0; unit < units; ++unit) {
    const auto& of = amplitudes[unit];
    const auto peak = static_cast<size_t>(std::max_element(of.begin(), of.end()) - of.begin());
    CHECK(peaks[unit] == static_cast<int32_t>(peak));
    CHECK(foundAmplitudes[unit] == doctest::Approx(of[peak]));
    // All channels by distance, the first ones of them.
    std::vector<size_t> order(channels);
    for (size_t c = 0; c < channels; ++c) order[c] = c;
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      const auto distance = [&](size_t c) {
        return std::pow(locations[2 * c] - locations[2 * peak], 2) +
               std::pow(locations[2 * c + 1] - locations[2 * peak + 1], 2);
      };
      return distance(a) < distance(b);
    });
    double sum = 0, x = 0, y = 0;
    for (size_t i = 0; i < nearest; ++i) {
      sum += of[order[i]];
      x += of[order[i]] * locations[2 * order[i]];
      y += of[order[i]] * locations[2 * order[i] + 1];
    }
    CHECK(found[3 * unit] == doctest::Approx(x / sum));
    CHECK(found[3 * unit + 1] == doctest::Approx(y / sum));
    CHECK(found[3 * unit + 2] == 0);
  }

  locateUnits(Job{}, given, samples, locations, nearest, LocationAlgorithm::monopolarTriangulation, out);
  for (size_t unit = 0; unit < units; ++unit) {
    for (size_t axis = 0; axis < 3; ++axis) CHECK(std::abs(found[3 * unit + axis] - truth[4 * unit + axis]) < 1e-3);
    CHECK(foundAmplitudes[unit] == doctest::Approx(truth[4 * unit + 3]).epsilon(1e-4));
  }
}

TEST_CASE("a flat unit lies on the first channel, with amplitude 0") {
  const auto locations = probe(6);
  const std::vector<float> waveforms(6 * 4, 2.5F);
  std::vector<int32_t> peaks(1);
  std::vector<double> found(3), amplitudes(1, 7);
  for (const auto algorithm : {LocationAlgorithm::centerOfMass, LocationAlgorithm::monopolarTriangulation}) {
    locateUnits(Job{}, std::span<const float>(waveforms), 4, locations, 4, algorithm, {peaks, found, amplitudes});
    CHECK(peaks[0] == 0);
    CHECK(found[0] == locations[0]);
    CHECK(found[1] == locations[1]);
    CHECK(amplitudes[0] == 0);
  }
}
