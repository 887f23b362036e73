#include "core/resample/spread.h"

#include <algorithm>

namespace dant {

template <class Value> void addToSums(const Job& job, std::span<const Value> values, const ColumnSums& totals) {
  const size_t columns = totals.origin.size();
  const size_t rows = values.size() / columns;
  constexpr size_t columnsAtOnce = 64;
  parallelFor(job, (columns + columnsAtOnce - 1) / columnsAtOnce, [&](size_t part) {
    const size_t first = part * columnsAtOnce;
    const size_t width = std::min(columnsAtOnce, columns - first);
    const double* const origin = totals.origin.data() + first;
    // Their own memory: the compiler knows that writing to them changes nothing else.
    double sums[columnsAtOnce], squares[columnsAtOnce];
    std::copy_n(totals.sums.begin() + static_cast<std::ptrdiff_t>(first), width, sums);
    std::copy_n(totals.squares.begin() + static_cast<std::ptrdiff_t>(first), width, squares);
    const auto at = [&](size_t row) { return values.data() + row * columns + first; };
    // Four rows at once: sums are loaded and stored less often.
    size_t row = 0;
    for (; row + 4 <= rows; row += 4) {
      const Value *const a = at(row), *const b = at(row + 1), *const c = at(row + 2), *const d = at(row + 3);
      for (size_t i = 0; i < width; ++i) {
        const double v = a[i] - origin[i], w = b[i] - origin[i], x = c[i] - origin[i], y = d[i] - origin[i];
        sums[i] += v + w + (x + y);
        squares[i] += v * v + w * w + (x * x + y * y);
      }
    }
    for (; row < rows; ++row) {
      for (size_t i = 0; i < width; ++i) {
        const double v = at(row)[i] - origin[i];
        sums[i] += v;
        squares[i] += v * v;
      }
    }
    std::copy_n(sums, width, totals.sums.begin() + static_cast<std::ptrdiff_t>(first));
    std::copy_n(squares, width, totals.squares.begin() + static_cast<std::ptrdiff_t>(first));
  });
}

template void addToSums(const Job&, std::span<const float>, const ColumnSums&);
template void addToSums(const Job&, std::span<const double>, const ColumnSums&);

} // namespace dant
