#include "core/similarity/matrix_rows.h"

#include <algorithm>

namespace dant {

void RowBlock::check(size_t units, size_t elements) const {
  const auto below = [](std::span<const int32_t> values, size_t limit) {
    return std::all_of(values.begin(), values.end(),
                       [&](int32_t v) { return v >= 0 && static_cast<size_t>(v) < limit; });
  };
  if (width == 0 || rows.size() != outRows.size() || columns.size() != units || !below(rows, units) ||
      !below(outRows, elements / width) || !below(columns, width)) {
    throw InputError("The block of rows does not fit the matrix.");
  }
}

namespace {

template <class T, class Value>
void fill(const Job& job, const RowBlock& block, size_t units, std::span<T> out, Value value) {
  block.check(units, out.size());
  parallelFor(job, block.rows.size(), [&](size_t r) {
    const auto i = static_cast<size_t>(block.rows[r]);
    T* to = out.data() + static_cast<size_t>(block.outRows[r]) * block.width;
    for (size_t j = 0; j < units; ++j) to[block.columns[j]] = value(i, j);
  });
}

} // namespace

void fillRows(const Job& job, const CombinedSimilarity& similarity, MatrixKind kind, const RowBlock& block,
              std::span<double> out) {
  similarity.check();
  if (kind == MatrixKind::similarity) {
    fill(job, block, similarity.units, out, [&](size_t i, size_t j) { return similarity(i, j); });
  } else {
    fill(job, block, similarity.units, out,
         [&](size_t i, size_t j) { return i == j ? 0.0 : distanceOf(similarity(i, j)); });
  }
}

void fillGoodMatches(const Job& job, const CombinedSimilarity& similarity, double threshold, const RowBlock& block,
                     std::span<uint8_t> out) {
  similarity.check();
  fill(job, block, similarity.units, out,
       [&](size_t i, size_t j) -> uint8_t { return i == j || similarity(i, j) > threshold; });
}

void fillSameCluster(const Job& job, std::span<const int32_t> labels, const RowBlock& block, std::span<uint8_t> out) {
  fill(job, block, labels.size(), out,
       [&](size_t i, size_t j) -> uint8_t { return i == j || (labels[i] >= 1 && labels[i] == labels[j]); });
}

} // namespace dant
