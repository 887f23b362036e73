#pragma once
#include "binding/arguments.h"
#include "core/motion/motion.h"

namespace dant::binding {

/// sessionA, sessionB: Int32Array (M), 0-based; depthAUm, depthBUm: Float64Array (M); sessions.
inline MatchedDepths matchedDepthsOf(const Arguments& arguments) {
  MatchedDepths matches;
  matches.sessionA = arguments.array<int32_t>("sessionA");
  matches.sessionB = arguments.array<int32_t>("sessionB", matches.sessionA.size());
  matches.depthAUm = arguments.array<double>("depthAUm", matches.sessionA.size());
  matches.depthBUm = arguments.array<double>("depthBUm", matches.sessionA.size());
  matches.sessions = arguments.count("sessions");
  if (matches.sessions > std::numeric_limits<int32_t>::max()) arguments.fail("sessions", "at most 2147483647");
  return matches;
}

} // namespace dant::binding
