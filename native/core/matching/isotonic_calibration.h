#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace dant {

/// Ln odds that targets of these scores are right. Of the targets at a score, so many are wrong as there are decoys
/// (weighted, so that they stand for as many wrong candidates as there are among the targets); the share of right
/// ones rises with the score (isotonic regression by pooling adjacent violators), and is interpolated between the
/// pools. Half a decoy is added to each: that none was seen does not say that there are none. Probabilities are within
/// 1e-4 and 1 − 1e-6.
/// scores, isTarget, weights (P), the weights those of decoys; one result for each.
std::vector<double> calibrateOnDecoys(std::span<const double> scores, std::span<const uint8_t> isTarget,
                                      std::span<const double> weights);

} // namespace dant
