#include "core/features/locate.h"

#include "core/features/monopole.h"
#include "core/features/nearest_channels.h"
#include "core/features/peak_channel.h"

#include <vector>

namespace dant {

template <class Sample> void locateUnits(const Job& job, std::span<const Sample> waveforms, size_t samples,
                                         std::span<const double> channelLocationsUm, size_t nearest,
                                         LocationAlgorithm algorithm, const UnitLocations& out) {
  const size_t channels = channelLocationsUm.size() / 2;
  std::vector<std::vector<size_t>> neighbours(channels);
  parallelFor(job, channels, [&](size_t c) { neighbours[c] = nearestChannels(channelLocationsUm, c, nearest); });

  const auto locate = [&](size_t unit) {
    std::vector<double> peakToTroughs(channels);
    peakToTrough(waveforms.subspan(unit * channels * samples, channels * samples), samples, std::span(peakToTroughs));
    const size_t peak = peakChannel(peakToTroughs, unit);

    std::vector<double> x, y, weights;
    double sum = 0;
    double sumX = 0;
    double sumY = 0;
    for (const size_t c : neighbours[peak]) {
      x.push_back(channelLocationsUm[2 * c]);
      y.push_back(channelLocationsUm[2 * c + 1]);
      weights.push_back(peakToTroughs[c]);
      sum += weights.back();
      sumX += weights.back() * x.back();
      sumY += weights.back() * y.back();
    }
    const double centreX = sum > 0 ? sumX / sum : channelLocationsUm[2 * peak];
    const double centreY = sum > 0 ? sumY / sum : channelLocationsUm[2 * peak + 1];
    const Monopole location = algorithm == LocationAlgorithm::centerOfMass
                                  ? Monopole{centreX, centreY, 0, peakToTroughs[peak]}
                                  : fitMonopole(x, y, weights, centreX, centreY);

    out.peakChannels[unit] = static_cast<int32_t>(peak);
    out.locationsUm[3 * unit] = location.x;
    out.locationsUm[3 * unit + 1] = location.y;
    out.locationsUm[3 * unit + 2] = location.z;
    out.amplitudes[unit] = location.amplitude;
  };
  parallelFor(job, out.peakChannels.size(), locate, true);
}

template void locateUnits(const Job&, std::span<const float>, size_t, std::span<const double>, size_t,
                          LocationAlgorithm, const UnitLocations&);
template void locateUnits(const Job&, std::span<const double>, size_t, std::span<const double>, size_t,
                          LocationAlgorithm, const UnitLocations&);

} // namespace dant
