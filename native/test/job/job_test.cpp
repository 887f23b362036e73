#include "core/job/job.h"

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
