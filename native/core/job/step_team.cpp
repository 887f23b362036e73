#include "core/job/step_team.h"

#include <atomic>
#include <thread>

namespace dant {

/// Shared with the helpers, which may start after the team is gone.
struct StepTeam::Steps {
  static constexpr uint64_t mask = 0xFFFF;

  /// Number of the step, of its indices (16 bits) and of the next one (16 bits). Who counts it on has taken an index.
  alignas(64) std::atomic<uint64_t> next{0};
  alignas(64) std::atomic<size_t> done{0};
  std::atomic<bool> over{false};
  const std::function<void(size_t)>* body = nullptr; ///< of the step; for those who have taken an index of it

  /// Takes and runs the next index; false if all are taken.
  bool runOne() {
    uint64_t found = next.load(std::memory_order_acquire);
    const uint64_t index = found & mask;
    if (index == (found >> 16 & mask)) return false;
    if (!next.compare_exchange_strong(found, found + 1, std::memory_order_acq_rel)) return true;
    (*body)(static_cast<size_t>(index));
    done.fetch_add(1, std::memory_order_release);
    return true;
  }
};

namespace {

/// Waits a moment; longer moments give the processor to others.
void pause(size_t moment) {
  constexpr size_t short_ = 4096;
  if (moment > short_) std::this_thread::yield();
#if defined(__x86_64__) || defined(_M_X64)
  else __builtin_ia32_pause();
#endif
}

} // namespace

StepTeam::StepTeam(size_t threads) : steps_(std::make_shared<Steps>()) {
  for (size_t helper = 1; helper < threads; ++helper) {
    submit([steps = steps_] {
      for (size_t waited = 0; !steps->over.load(std::memory_order_relaxed);) {
        waited = steps->runOne() ? 0 : waited + 1;
        if (waited > 0) pause(waited);
      }
    });
  }
}

StepTeam::~StepTeam() { steps_->over = true; }

void StepTeam::run(size_t count, const std::function<void(size_t)>& body) {
  auto& steps = *steps_;
  steps.body = &body;
  steps.done.store(0, std::memory_order_relaxed);
  const uint64_t step = (steps.next.load(std::memory_order_relaxed) >> 32) + 1;
  steps.next.store(step << 32 | count << 16, std::memory_order_release);
  while (steps.runOne()) {
  }
  for (size_t waited = 0; steps.done.load(std::memory_order_acquire) < count; ++waited) pause(waited);
}

} // namespace dant
