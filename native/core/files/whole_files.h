#pragma once
#include "core/job/job.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dant {

/// Lengths of files in bytes, by their UTF-8 paths; −1 where there is none or it cannot be determined.
void fileSizes(const Job& job, const std::vector<std::string>& paths, std::span<double> sizes);

/// Reads files, one after the other into `bytes`; sizes: their lengths. wasRead[i] = 1, or 0 if that file could not be
/// read or has become shorter; whoever needs to know why tries again.
void readFiles(const Job& job, const std::vector<std::string>& paths, std::span<const double> sizes,
               std::span<uint8_t> bytes, std::span<uint8_t> wasRead);

} // namespace dant
