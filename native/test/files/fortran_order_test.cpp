#include "core/files/fortran_order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
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
