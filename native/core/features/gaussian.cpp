#include "core/features/gaussian.h"

#include <algorithm>
#include <cmath>

namespace dant {

namespace {

/// Smoothed values of `count` elements from `centre` on, which has a radius of readable elements on both sides.
template <size_t count> void convolve(const double* centre, std::span<const double> weights, double* out) {
  double sums[count];
  for (size_t i = 0; i < count; ++i) sums[i] = weights[0] * centre[i];
  for (size_t k = 1; k < weights.size(); ++k) {
    const double* left = centre - k;
    const double* right = centre + k;
    for (size_t i = 0; i < count; ++i) sums[i] += weights[k] * (left[i] + right[i]);
  }
  std::copy_n(sums, count, out);
}

} // namespace

std::vector<double> gaussianWeights(double sigmaBins) {
  std::vector<double> weights(1 + static_cast<size_t>(4 * sigmaBins + 0.5), 1.0);
  double sum = 1;
  for (size_t k = 1; k < weights.size(); ++k) {
    const double deviation = static_cast<double>(k) / sigmaBins;
    weights[k] = std::exp(-0.5 * deviation * deviation);
    sum += 2 * weights[k];
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

void smooth(const Job& job, std::span<const double> row, std::span<const double> weights, size_t begin, size_t end,
            double* out) {
  if (begin == end) return;
  const auto length = static_cast<int64_t>(row.size());
  const auto radius = static_cast<int64_t>(weights.size()) - 1;
  const auto first = static_cast<int64_t>(begin) - radius;
  const auto last = static_cast<int64_t>(end) + radius;
  std::vector<double> padded;
  padded.reserve(last - first);
  const auto reflect = [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; ++i) {
      const int64_t place = ((i % (2 * length)) + 2 * length) % (2 * length);
      padded.push_back(row[std::min(place, 2 * length - 1 - place)]);
    }
  };
  reflect(first, 0);
  padded.insert(padded.end(), row.begin() + std::max<int64_t>(first, 0), row.begin() + std::min(last, length));
  reflect(length, last);

  const size_t count = end - begin;
  const double* centre = padded.data() + radius;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    job.throwIfAborted();
    convolve<8>(centre + i, weights, out + i);
  }
  for (; i < count; ++i) convolve<1>(centre + i, weights, out + i);
}

void smoothRows(const Job& job, std::span<const double> rows, size_t length, double sigmaBins, std::span<double> out) {
  if (rows.empty()) return;
  const auto weights = gaussianWeights(sigmaBins);
  // Long rows are smoothed in pieces, which are long against the kernel's overlap.
  const size_t piece = std::max<size_t>(size_t{1} << 14, weights.size());
  const size_t pieces = (length + piece - 1) / piece;
  parallelFor(
      job, rows.size() / length * pieces,
      [&](size_t index) {
        const size_t start = index / pieces * length;
        const size_t begin = index % pieces * piece;
        smooth(job, rows.subspan(start, length), weights, begin, std::min(begin + piece, length),
               out.data() + start + begin);
      },
      true);
}

} // namespace dant
