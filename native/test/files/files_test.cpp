#include "core/files/finite.h"
#include "core/files/fortran_order.h"
#include "core/files/whole_files.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <string_view>
#include <vector>

using namespace dant;

namespace {

template <class Element> void checkFortranToC(const std::vector<double>& shape, size_t perSlab) {
  size_t count = 1;
  for (const double length : shape) {
    count *= static_cast<size_t>(length);
  }
  // In C order, element i has the value i; `fortran` holds the same array in Fortran order.
  std::vector<Element> fortran(count);
  for (size_t c = 0; c < count; ++c) {
    size_t rest = c;
    size_t f = 0;
    for (size_t axis = shape.size(); axis-- > 0;) {
      size_t stride = 1;
      for (size_t before = 0; before < axis; ++before) {
        stride *= static_cast<size_t>(shape[before]);
      }
      f += rest % static_cast<size_t>(shape[axis]) * stride;
      rest /= static_cast<size_t>(shape[axis]);
    }
    fortran[f] = static_cast<Element>(c);
  }
  std::vector<Element> target(count);
  const auto slices = static_cast<size_t>(shape.back());
  const size_t sliceBytes = count / slices * sizeof(Element);
  const auto* bytes = reinterpret_cast<const uint8_t*>(fortran.data());
  Job job;
  job.threads = 2;
  for (size_t first = 0; first < slices; first += perSlab) {
    const size_t n = std::min(perSlab, slices - first);
    fortranToC(job, {bytes + first * sliceBytes, n * sliceBytes},
               {reinterpret_cast<uint8_t*>(target.data()), count * sizeof(Element)}, shape, sizeof(Element), first);
  }
  std::vector<Element> expected(count);
  for (size_t c = 0; c < count; ++c) {
    expected[c] = static_cast<Element>(c);
  }
  CHECK(target == expected);
}

} // namespace

TEST_CASE("fortranToC puts every element to its place") {
  checkFortranToC<uint64_t>({3, 4}, 4);
  checkFortranToC<uint32_t>({300, 70}, 33);
  checkFortranToC<uint64_t>({5, 1, 4, 2, 7}, 3);
  checkFortranToC<uint16_t>({2, 3, 2600}, 2599);
  checkFortranToC<uint8_t>({257, 1}, 1);
}

TEST_CASE("fortranToC refuses what does not fit") {
  std::vector<uint8_t> slab(24);
  std::vector<uint8_t> target(48);
  const std::vector<double> shape{3, 2};
  const Job job;
  const auto bytes = std::span(target);
  CHECK_THROWS_AS(fortranToC(job, slab, bytes.first(47), shape, 8, 0), InputError);
  CHECK_THROWS_AS(fortranToC(job, std::span(slab).first(23), target, shape, 8, 0), InputError);
  CHECK_THROWS_AS(fortranToC(job, slab, target, shape, 8, 2), InputError);
  CHECK_THROWS_AS(fortranToC(job, target, target, shape, 8, 1), InputError);
  CHECK_THROWS_AS(fortranToC(job, slab, target, std::vector<double>{6}, 8, 0), InputError);
  CHECK_THROWS_AS(fortranToC(job, slab, bytes.first(18), shape, 3, 0), InputError);
}

TEST_CASE_TEMPLATE("findNonFiniteRows finds each kind in any place", Value, float, double) {
  constexpr size_t rows = 20;
  constexpr size_t length = 9001;
  std::vector<Value> values(rows * length);
  std::iota(values.begin(), values.end(), Value{-1000});
  values[0] = std::numeric_limits<Value>::max();
  values[1] = std::numeric_limits<Value>::denorm_min();
  values[3 * length] = std::numeric_limits<Value>::quiet_NaN();
  values[5 * length - 1] = std::numeric_limits<Value>::infinity();
  values[7 * length + 4500] = -std::numeric_limits<Value>::infinity();
  std::vector<uint8_t> expected(rows);
  expected[3] = expected[4] = expected[7] = 1;
  std::vector<uint8_t> found(rows, 9);
  Job job;
  job.threads = 2;
  findNonFiniteRows(job, std::span<const Value>(values), found);
  CHECK(found == expected);
  CHECK_THROWS_AS(findNonFiniteRows(job, std::span<const Value>(values).first(rows * length - 1), found), InputError);
}

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
