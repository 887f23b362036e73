#pragma once
#include "core/correction/waveforms.h"
#include "core/similarity/neighbourhoods.h"

#include <span>

namespace dant {

/// Fisher z (units, units) of the correlations between units over the neighbourhood of either one's peak channel, the
/// larger of the two, and the largest over the templates; diagonal 6. A unit without variance there has 0.
///
/// Single precision with a bound on its error: a product of which it cannot settle 1e-6 in z is made again in double.
///
/// peakChannels (units): of the waveforms as recorded; where they are corrected, it only sets the order of work.
/// shiftsUm (K, units): kriging shift of each unit for each template; kriging null: compared as recorded.
/// quantised: the samples of each channel are compared as whole numbers of 16 bits, in two thirds of the time; the
/// error in r has a standard deviation of at most 9e-6 (where one channel has all energy), on recordings 1.5e-6.
///
/// Returns the seconds that shifting and laying out the waveforms took.
double waveformSimilarity(const Job& job, const Waveforms& waveforms, std::span<const double> locationsUm,
                          const Neighbourhoods& neighbourhoods, const Kriging<float>* kriging,
                          std::span<const int32_t> peakChannels, std::span<const double> shiftsUm, bool quantised,
                          std::span<float> similarity);

} // namespace dant
