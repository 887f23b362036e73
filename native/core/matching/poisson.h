#pragma once

namespace dant {

/// The mean of a Poisson distribution at which `count` or more has the probability `level`: the lower confidence bound
/// of the mean when `count` was seen (Garwood 1936). 0 for no count.
double poissonLowerBound(double count, double level);

} // namespace dant
