#pragma once
#include <cstdint>

namespace dant {

struct UnitPair {
  int32_t i, j; ///< i < j
};

} // namespace dant
