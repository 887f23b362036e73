#pragma once
#include "binding/arguments.h"

#include <span>

namespace dant::binding {

/// channels: Int32Array of columns, each below `columns`.
inline std::span<const int32_t> channelsOf(const Arguments& arguments, size_t columns) {
  const auto channels = arguments.array<int32_t>("channels");
  for (const int32_t channel : channels) {
    if (channel < 0 || static_cast<size_t>(channel) >= columns) arguments.fail("channels", "columns of the samples");
  }
  return channels;
}

} // namespace dant::binding
