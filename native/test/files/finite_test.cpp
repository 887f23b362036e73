#include "core/files/finite.h"

#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <span>
#include <vector>

using namespace dant;

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
