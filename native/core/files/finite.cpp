#include "core/files/finite.h"

#include <algorithm>

namespace dant {

namespace {

template <class Value> bool allFinite(std::span<const Value> values) {
  // x − x is 0 for every finite x and NaN otherwise. Blocks, so that the loop within stays free of branches.
  constexpr size_t block = 4096;
  for (size_t begin = 0; begin < values.size(); begin += block) {
    int bad = 0;
    for (const Value x : values.subspan(begin, std::min(block, values.size() - begin))) {
      bad |= static_cast<int>(x - x != 0);
    }
    if (bad != 0) return false;
  }
  return true;
}

template <class Value> void findRows(const Job& job, std::span<const Value> values, std::span<uint8_t> notFinite) {
  if (notFinite.empty() ? !values.empty() : values.size() % notFinite.size() != 0) {
    throw InputError("The values do not make whole rows.");
  }
  if (notFinite.empty()) return;
  const size_t length = values.size() / notFinite.size();
  parallelFor(job, notFinite.size(),
              [&](size_t row) { notFinite[row] = allFinite(values.subspan(row * length, length)) ? 0 : 1; });
}

} // namespace

void findNonFiniteRows(const Job& job, std::span<const float> values, std::span<uint8_t> notFinite) {
  findRows(job, values, notFinite);
}

void findNonFiniteRows(const Job& job, std::span<const double> values, std::span<uint8_t> notFinite) {
  findRows(job, values, notFinite);
}

} // namespace dant
