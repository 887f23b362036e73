#include "core/similarity/matrix_rows.h"

#include <algorithm>
#include <vector>

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

/// writeRow(i, to) writes row i of the matrix of the group (units).
template <class T, class WriteRow>
void fill(const Job& job, const RowBlock& block, size_t units, std::span<T> out, WriteRow writeRow) {
  block.check(units, out.size());
  // A single group: its rows go where they are wanted.
  bool consecutive = true;
  for (size_t j = 1; j < units; ++j) consecutive = consecutive && block.columns[j] == block.columns[j - 1] + 1;
  parallelFor(job, block.rows.size(), [&](size_t r) {
    const auto i = static_cast<size_t>(block.rows[r]);
    T* to = out.data() + static_cast<size_t>(block.outRows[r]) * block.width;
    if (consecutive) {
      writeRow(i, to + block.columns[0]);
    } else {
      std::vector<T> row(units);
      writeRow(i, row.data());
      for (size_t j = 0; j < units; ++j) to[block.columns[j]] = row[j];
    }
  });
}

} // namespace

void fillRows(const Job& job, const CombinedSimilarity& similarity, MatrixKind kind, const RowBlock& block,
              std::span<double> out) {
  similarity.check();
  fill(job, block, similarity.units, out, [&](size_t i, double* to) {
    similarity.row(i, to);
    if (kind == MatrixKind::distance) {
      kernels().distances(to, similarity.units, to);
      to[i] = 0;
    }
  });
}

void fillGoodMatches(const Job& job, const CombinedSimilarity& similarity, double threshold, const RowBlock& block,
                     std::span<uint8_t> out) {
  similarity.check();
  const size_t units = similarity.units;
  fill(job, block, units, out, [&](size_t i, uint8_t* to) {
    std::vector<double> row(units);
    similarity.row(i, row.data());
    for (size_t j = 0; j < units; ++j) to[j] = row[j] > threshold;
    to[i] = 1;
  });
}

void fillSameCluster(const Job& job, std::span<const int32_t> labels, const RowBlock& block, std::span<uint8_t> out) {
  fill(job, block, labels.size(), out, [&](size_t i, uint8_t* to) {
    for (size_t j = 0; j < labels.size(); ++j) to[j] = labels[i] >= 1 && labels[i] == labels[j];
    to[i] = 1;
  });
}

} // namespace dant
