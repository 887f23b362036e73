#pragma once
#include "core/import/raw_samples.h"

#include <string>

namespace dant {

/// Rows of a binary file of 16-bit samples (rows, columns).
struct FileRows {
  std::string path;     ///< UTF-8
  uint64_t offsetBytes; ///< of the first of these rows
  size_t rows, columns;
};

/// Reads the columns `channels` of the rows into the block, from its row `at` on. False if the file could not be read
/// or has become shorter; whoever needs to know why tries again.
bool readSamples(const Job& job, const FileRows& from, std::span<const int32_t> channels, const RawBlock& block,
                 size_t at);

} // namespace dant
