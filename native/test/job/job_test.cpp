#include "core/job/job.h"
#include "core/job/step_team.h"

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

using namespace dant;

TEST_CASE("parallelFor runs every index once, for any number of threads") {
  for (int threads : {1, 2, 7}) {
    std::vector<std::atomic<int>> visits(1000);
    Job job;
    job.threads = threads;
    int32_t progress = 0;
    job.progress = &progress;
    parallelFor(
        job, visits.size(), [&](size_t i) { ++visits[i]; }, true);
    for (const auto& visit : visits) {
      CHECK(visit == 1);
    }
    CHECK(progress == 1000000);
  }
}

TEST_CASE("parallelFor hands on what a body throws") {
  Job job;
  job.threads = 2;
  CHECK_THROWS_AS(parallelFor(job, 100,
                              [](size_t i) {
                                if (i == 50) throw InputError("bad");
                              }),
                  InputError);
}

TEST_CASE("parallelFor stops when the job is aborted") {
  int32_t abort = 0;
  Job job;
  job.threads = 2;
  job.abortFlag = &abort;
  std::atomic<int> runs{0};
  CHECK_THROWS_AS(parallelFor(job, 1000000,
                              [&](size_t) {
                                if (++runs == 10) abort = 1;
                              }),
                  Aborted);
  CHECK(runs < 1000000); // how many depends on how the threads take turns
}

TEST_CASE("a step team runs every index of every step once, and no step before the last one is done") {
  for (size_t threads : {size_t{1}, size_t{2}, size_t{3}}) {
    StepTeam team(threads);
    constexpr size_t count = 5;
    size_t values[count] = {}, wrong = 0;
    for (size_t step = 0; step < 20000; ++step) {
      // Reads what the step before wrote, also that of another thread.
      const std::function<void(size_t)> body = [&](size_t index) { values[index] += 1; };
      team.run(step % count + 1, body);
      for (size_t index = 0; index < count; ++index) {
        const size_t expected = step / count * (count - index) + (step % count >= index ? step % count - index + 1 : 0);
        wrong += values[index] != expected;
      }
    }
    CHECK(wrong == 0);
  }
}
