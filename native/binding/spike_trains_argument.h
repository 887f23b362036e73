#pragma once
#include "binding/arguments.h"
#include "core/features/spike_train.h"

#include <cmath>

namespace dant::binding {

/// timesMs: Float64Array; offsets: Float64Array, where each unit's times begin and the last one's end.
inline SpikeTrains spikeTrainsOf(const Arguments& arguments) {
  SpikeTrains trains{arguments.inPlace<double>("timesMs"), {}};
  double previous = 0;
  for (const double offset : arguments.array<double>("offsets")) {
    if (!(offset >= previous && offset <= static_cast<double>(trains.timesMs.size()))) {
      arguments.fail("offsets", "rising places in timesMs");
    }
    trains.offsets.push_back(static_cast<size_t>(offset));
    previous = offset;
  }
  if (trains.offsets.empty()) arguments.fail("offsets", "one element more than there are units");
  return trains;
}

} // namespace dant::binding
