#include "core/files/whole_files.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace dant;

TEST_CASE("whole files are read one after the other; what cannot be read is reported") {
  const auto folder = std::filesystem::temp_directory_path() / "dant-whole-files-test";
  std::filesystem::create_directories(folder);
  const auto path = [&](const char* name) { return (folder / name).string(); };
  std::ofstream(path("a"), std::ios::binary) << "first";
  std::ofstream(path("empty"), std::ios::binary);
  std::ofstream(path("b"), std::ios::binary) << "second";
  const std::vector<std::string> paths{path("a"), path("none"), path("empty"), path("b"), folder.string()};
  const Job job{.threads = 2};
  std::vector<double> sizes(paths.size());
  fileSizes(job, paths, sizes);
  CHECK(sizes == std::vector<double>{5, -1, 0, 6, -1});

  std::vector<uint8_t> bytes(21, '.'), wasRead(paths.size(), 7);
  sizes = {5, 3, 0, 9, 4}; // b is shorter by now
  readFiles(job, paths, sizes, bytes, wasRead);
  CHECK(wasRead == std::vector<uint8_t>{1, 0, 1, 0, 0});
  CHECK(std::string_view(reinterpret_cast<const char*>(bytes.data()), 14) == "first...second");
  bytes.resize(20);
  CHECK_THROWS_AS(readFiles(job, paths, sizes, bytes, wasRead), InputError);
  std::filesystem::remove_all(folder);
}
