#pragma once
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <stdexcept>

namespace dant {

/// Thrown out of a computation whose caller asked it to stop.
class Aborted : public std::exception {
public:
  const char* what() const noexcept override { return "The computation was aborted."; }
};

/// What the caller handed in cannot be computed with. The text is written for the person who reads it:
/// what was expected, what was found.
class InputError : public std::invalid_argument {
public:
  using std::invalid_argument::invalid_argument;
};

/// How a running computation and its caller talk: the number of threads it may use, a flag that asks it to stop,
/// and a counter that shows how far it is. Copied by value; the two integers belong to the caller and outlive the job.
struct Job {
  int threads = 1;
  const int32_t* abortFlag = nullptr; ///< not 0: stop as soon as possible
  int32_t* progress = nullptr;        ///< done share in millionths

  bool aborted() const;
  /// Throws Aborted. Call at least every few milliseconds of serial work.
  void throwIfAborted() const;
  /// share in [0, 1]
  void report(double share) const;
};

/// Runs body(0) … body(count − 1), each exactly once, on at most job.threads threads of the process-wide pool and
/// in any order; returns when all are done. Stops early and throws Aborted when the job is aborted (looked at before
/// each index), or the first exception that a body throws. For the same bits with any number of threads, every index
/// must write only what belongs to it. Reports progress when `reportProgress` is set. Must not be nested.
void parallelFor(const Job& job, size_t count, const std::function<void(size_t)>& body, bool reportProgress = false);

/// Hands a whole job to the process-wide pool, which has one worker more than the machine has cores; further jobs wait.
void submit(std::function<void()> job);

/// Number of threads that `threads` (−1: all) means on this machine, at least 1.
int resolveThreads(int threads);

} // namespace dant
