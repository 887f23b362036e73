#include "test/simd/levels.h"

using namespace dant;

TEST_CASE("the level in use is one that the processor has") {
  const auto levels = availableKernels();
  REQUIRE(!levels.empty());
  CHECK(std::find(levels.begin(), levels.end(), &kernels()) != levels.end());
}
