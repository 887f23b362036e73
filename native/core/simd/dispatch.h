#pragma once
#include "core/simd/kernels.h"

#include <vector>

namespace dant {

/// The levels that this processor has, best first.
std::vector<const Kernels*> availableKernels();

} // namespace dant
