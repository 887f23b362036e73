#include "core/files/whole_files.h"

#include <filesystem>
#include <fstream>

namespace dant {

namespace {

std::filesystem::path pathOf(const std::string& utf8) { return {std::u8string(utf8.begin(), utf8.end())}; }

bool readWhole(const std::string& path, std::span<uint8_t> target) {
  std::ifstream file;
  file.rdbuf()->pubsetbuf(nullptr, 0); // straight to where it belongs
  file.open(pathOf(path), std::ios::binary);
  file.read(reinterpret_cast<char*>(target.data()), static_cast<std::streamsize>(target.size()));
  return file.good();
}

} // namespace

void fileSizes(const Job& job, const std::vector<std::string>& paths, std::span<double> sizes) {
  if (paths.size() != sizes.size()) throw InputError("Expected one size for each path.");
  parallelFor(job, paths.size(), [&](size_t i) {
    std::error_code error;
    const auto size = std::filesystem::file_size(pathOf(paths[i]), error);
    sizes[i] = error ? -1.0 : static_cast<double>(size);
  });
}

void readFiles(const Job& job, const std::vector<std::string>& paths, std::span<const double> sizes,
               std::span<uint8_t> bytes, std::span<uint8_t> wasRead) {
  if (paths.size() != sizes.size() || paths.size() != wasRead.size()) {
    throw InputError("Expected one size for each path.");
  }
  std::vector<size_t> starts{0};
  for (const double size : sizes) {
    if (!(size >= 0 && size <= static_cast<double>(bytes.size() - starts.back()))) {
      throw InputError("The files do not fit into the memory for them.");
    }
    starts.push_back(starts.back() + static_cast<size_t>(size));
  }
  parallelFor(job, paths.size(), [&](size_t i) {
    wasRead[i] = readWhole(paths[i], bytes.subspan(starts[i], starts[i + 1] - starts[i])) ? 1 : 0;
  });
}

} // namespace dant
