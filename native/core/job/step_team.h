#pragma once
#include "core/job/job.h"

#include <cstddef>
#include <functional>
#include <memory>

namespace dant {

/// Threads for many short loops one after the other, each of a few microseconds: its helpers do not sleep between two
/// loops as those of parallelFor do. Whoever comes first takes the next index, so that a helper that the system gives
/// no time to holds nobody up unless it is stopped in the middle of an index.
class StepTeam {
public:
  /// At most `threads` threads, the caller's included; the others come from the process-wide pool, if it has idle ones.
  explicit StepTeam(size_t threads);
  ~StepTeam();
  StepTeam(const StepTeam&) = delete;
  StepTeam& operator=(const StepTeam&) = delete;

  /// Runs body(0) … body(count − 1), each exactly once, in any order; returns when all are done. count < 2¹⁶; the body
  /// must not throw.
  void run(size_t count, const std::function<void(size_t)>& body);

private:
  struct Steps;
  std::shared_ptr<Steps> steps_;
};

} // namespace dant
