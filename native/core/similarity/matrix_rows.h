#pragma once
#include "core/job/job.h"
#include "core/similarity/combined.h"

#include <cstdint>
#include <span>

namespace dant {

/// Where rows of an N × N matrix of one group of units (a shank) go in a block of rows of a matrix of all units.
struct RowBlock {
  std::span<const int32_t> rows;    ///< units of the group whose rows are wanted
  std::span<const int32_t> outRows; ///< their rows in the block
  std::span<const int32_t> columns; ///< (units of the group) column of each
  size_t width;                     ///< columns of the block

  /// Throws InputError if anything lies outside of a block with `elements` elements.
  void check(size_t units, size_t elements) const;
};

enum class MatrixKind { similarity, distance };
/// S, or D with a zero diagonal, in double precision; a single feature with weight 1 gives that feature's matrix. What
/// no row or column names is left alone.
void fillRows(const Job& job, const CombinedSimilarity& similarity, MatrixKind kind, const RowBlock& block,
              std::span<double> out);
/// 1 where S > threshold, and on the diagonal.
void fillGoodMatches(const Job& job, const CombinedSimilarity& similarity, double threshold, const RowBlock& block,
                     std::span<uint8_t> out);
/// 1 where both units have the same label ≥ 1, and on the diagonal.
void fillSameCluster(const Job& job, std::span<const int32_t> labels, const RowBlock& block, std::span<uint8_t> out);

} // namespace dant
