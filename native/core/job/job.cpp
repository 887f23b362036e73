#include "core/job/job.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace dant {

bool Job::aborted() const { return abortFlag != nullptr && __atomic_load_n(abortFlag, __ATOMIC_RELAXED) != 0; }

void Job::throwIfAborted() const {
  if (aborted()) {
    throw Aborted();
  }
}

void Job::report(double share) const {
  if (progress != nullptr) {
    const auto millionths = static_cast<int32_t>(std::clamp(share, 0.0, 1.0) * 1e6);
    __atomic_store_n(progress, millionths, __ATOMIC_RELAXED);
  }
}

int resolveThreads(int threads) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return threads < 1 ? cores : threads;
}

namespace {

class Pool {
public:
  void submit(std::function<void()> task) {
    {
      std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      if (idle_ < tasks_.size() && workers_ < mostWorkers()) start();
    }
    wake_.notify_one();
  }

private:
  /// One more than processors: a job that begins while another one keeps them all busy has its share of them at once.
  static size_t mostWorkers() { return static_cast<size_t>(resolveThreads(-1)) + 1; }

  /// One more worker. Where memory is too short for its stack, those that there are do the work; if there are none,
  /// throws.
  void start() {
    try {
      std::thread([this] { work(); }).detach();
      ++workers_;
    } catch (...) {
      if (workers_ > 0) return;
      tasks_.pop_back();
      throw;
    }
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      wake_.wait(lock, [this] { return !tasks_.empty(); });
      --idle_;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  size_t workers_ = 0;
  size_t idle_ = 0;
};

// Never destroyed: idle workers wait on it until the process ends.
Pool& pool() {
  static Pool* instance = new Pool();
  return *instance;
}

/// One parallelFor: shared with its helper tasks, which may start after it has returned and then find nothing to do.
struct Loop {
  Job job;
  size_t count;
  const std::function<void(size_t)>* body;
  bool reportProgress;

  std::atomic<size_t> next{0};
  std::atomic<size_t> done{0};
  std::mutex mutex;
  std::condition_variable helpersLeft;
  int helping = 0;
  bool closed = false;
  std::exception_ptr failure;

  void run() {
    try {
      for (size_t index = next++; index < count; index = next++) {
        job.throwIfAborted();
        (*body)(index);
        const size_t finished = ++done;
        if (reportProgress) {
          job.report(static_cast<double>(finished) / static_cast<double>(count));
        }
      }
    } catch (...) {
      next = count;
      std::lock_guard lock(mutex);
      if (!failure) {
        failure = std::current_exception();
      }
    }
  }

  void help() {
    {
      std::lock_guard lock(mutex);
      if (closed) {
        return;
      }
      ++helping;
    }
    run();
    std::lock_guard lock(mutex);
    --helping;
    helpersLeft.notify_one();
  }
};

} // namespace

void submit(std::function<void()> job) { pool().submit(std::move(job)); }

void parallelFor(const Job& job, size_t count, const std::function<void(size_t)>& body, bool reportProgress) {
  auto loop = std::make_shared<Loop>();
  loop->job = job;
  loop->count = count;
  loop->body = &body;
  loop->reportProgress = reportProgress;
  const size_t helpers = std::min(count, static_cast<size_t>(std::max(1, job.threads)));
  try {
    for (size_t helper = 1; helper < helpers; ++helper) pool().submit([loop] { loop->help(); });
  } catch (const std::exception&) {
    // No memory for a helper: this thread does it, and those that started before. They need `body`, so no throwing
    // here.
  }
  loop->run();
  std::unique_lock lock(loop->mutex);
  loop->closed = true;
  loop->helpersLeft.wait(lock, [&] { return loop->helping == 0; });
  if (loop->failure) {
    std::rethrow_exception(loop->failure);
  }
  // The last report need not be that of the last index: a thread may have paused between its count and its report.
  if (reportProgress) job.report(1);
}

} // namespace dant
