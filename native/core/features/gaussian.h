#pragma once
#include "core/job/job.h"

#include <span>
#include <vector>

namespace dant {

/// The widest Gaussian that is smoothed with, so that kernels stay short against the machine's memory.
constexpr double maxSigmaBins = 1e5;

/// Weights 0 … radius of the normalised kernel exp(−k²/2σ²), whose radius is int(4σ + 0.5); the other side is the
/// mirror image. σ = 0 leaves everything as it is.
std::vector<double> gaussianWeights(double sigmaBins);

/// Smoothed elements begin … end − 1 of `row` into `out` (end − begin elements, not overlapping the row). Beyond its
/// ends the row goes on reflected about the half sample: d c b a | a b c d | d c b a, as often as the kernel needs.
void smooth(const Job& job, std::span<const double> row, std::span<const double> weights, size_t begin, size_t end,
            double* out);

/// Smooths each row of `rows` (R, length) into `out`, of the same shape.
void smoothRows(const Job& job, std::span<const double> rows, size_t length, double sigmaBins, std::span<double> out);

} // namespace dant
