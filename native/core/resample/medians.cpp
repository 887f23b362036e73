#include "core/resample/medians.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace dant {

namespace {

/// NaN last; without an order of all values the search for the middle would leave the array.
template <class Value> bool isBefore(Value a, Value b) { return a < b || (std::isnan(b) && !std::isnan(a)); }

/// Changes the order of the values.
template <class Value> double medianOf(std::span<Value> values) {
  const size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle), values.end(), isBefore<Value>);
  const double upper = values[middle];
  if (values.size() % 2 == 1) return upper;
  const double lower =
      *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle), isBefore<Value>);
  return (lower + upper) / 2;
}

} // namespace

void rowMedians(const Job& job, std::span<const float> values, size_t length, std::span<double> medians) {
  parallelFor(job, medians.size(), [&](size_t row) {
    const auto own = values.subspan(row * length, length);
    std::vector<float> copy(own.begin(), own.end());
    medians[row] = medianOf(std::span(copy));
  });
}

template <class Sample> void subtractRowMedians(const Job& job, std::span<const Sample> samples, size_t columns,
                                                std::span<const int32_t> wanted, std::span<const double> offsets,
                                                std::span<const double> scales, std::span<double> referenced) {
  const size_t width = wanted.size();
  const size_t rows = samples.size() / columns;
  constexpr size_t rowsAtOnce = 256;
  parallelFor(job, (rows + rowsAtOnce - 1) / rowsAtOnce, [&](size_t part) {
    std::vector<double> copy(width);
    for (size_t row = part * rowsAtOnce; row < std::min(rows, (part + 1) * rowsAtOnce); ++row) {
      double* const values = referenced.data() + row * width;
      for (size_t c = 0; c < width; ++c) {
        const auto sample = static_cast<double>(samples[row * columns + static_cast<size_t>(wanted[c])]);
        values[c] = (sample - offsets[c]) * scales[c];
      }
      copy.assign(values, values + width);
      const double median = medianOf(std::span(copy));
      for (size_t c = 0; c < width; ++c) values[c] -= median;
    }
  });
}

template void subtractRowMedians(const Job&, std::span<const int16_t>, size_t, std::span<const int32_t>,
                                 std::span<const double>, std::span<const double>, std::span<double>);
template void subtractRowMedians(const Job&, std::span<const float>, size_t, std::span<const int32_t>,
                                 std::span<const double>, std::span<const double>, std::span<double>);

} // namespace dant
