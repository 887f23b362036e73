#include "binding/async_job.h"

#include "binding/failure.h"

#include <condition_variable>
#include <mutex>
#include <string>

namespace dant::binding {

namespace {

/// Lives from startJob until the JavaScript thread has taken its result, or until that thread has ended.
class AsyncJob {
public:
  AsyncJob(const Arguments& arguments, Compute compute)
      : env_(arguments.env()), deferred_(Napi::Promise::Deferred::New(env_)), compute_(std::move(compute)),
        held_(arguments.held()) {
    job_.threads = arguments.has("threads") ? resolveThreads(static_cast<int>(arguments.integer("threads"))) : 1;
    if (arguments.has("control")) {
      control_ = arguments.live("control", 2);
    } else {
      control_ = ownControl_;
    }
    job_.abortFlag = &control_[0];
    job_.progress = &control_[1];
  }

  /// Starts `job`, which then deletes itself.
  static Napi::Promise start(std::unique_ptr<AsyncJob> job) {
    const auto promise = job->deferred_.Promise();
    const napi_status made =
        napi_create_threadsafe_function(job->env_, nullptr, nullptr, Napi::String::New(job->env_, "dant job"), 0, 1,
                                        nullptr, nullptr, job.get(), &AsyncJob::settle, &job->done_);
    if (made != napi_ok) {
      throw Napi::Error::New(job->env_, "The job could not be started (Node-API status " + std::to_string(made) + ").");
    }
    try {
      submit([self = job.get()] { self->run(); });
    } catch (...) {
      napi_release_threadsafe_function(job->done_, napi_tsfn_abort);
      throw;
    }
    napi_add_env_cleanup_hook(job->env_, &AsyncJob::threadEnds, job.get());
    job.release();
    return promise;
  }

private:
  void run() {
    // A first touch of the abort flag: a job that waited in the queue may be unwanted by now.
    failure_ = attempt([this] {
      job_.throwIfAborted();
      finish_ = compute_(job_);
    });
    // Queued first, reported second: threadEnds deletes this object as soon as that was reported.
    std::lock_guard lock(mutex_);
    napi_call_threadsafe_function(done_, nullptr, napi_tsfn_nonblocking);
    ended_ = true;
    endedChanged_.notify_all();
  }

  static void settle(napi_env rawEnv, napi_value, void* context, void*) {
    if (rawEnv == nullptr) {
      return; // the thread has ended: threadEnds has taken care of the job
    }
    auto* self = static_cast<AsyncJob*>(context);
    { std::lock_guard lock(self->mutex_); } // run() lets go of the job before it may be deleted
    Napi::Env env(rawEnv);
    Napi::HandleScope scope(env);
    napi_remove_env_cleanup_hook(env, &AsyncJob::threadEnds, self);
    Napi::Value result;
    const auto failure = self->failure_ ? self->failure_ : attempt([&] {
      self->held_->copyBack(env);
      result = self->finish_(env);
    });
    if (failure) {
      self->deferred_.Reject(errorOf(env, *failure).Value());
    } else {
      self->deferred_.Resolve(result);
    }
    napi_release_threadsafe_function(self->done_, napi_tsfn_release);
    delete self;
  }

  static void threadEnds(void* data) {
    auto* self = static_cast<AsyncJob*>(data);
    __atomic_store_n(&self->control_[0], 1, __ATOMIC_RELAXED);
    {
      std::unique_lock lock(self->mutex_);
      self->endedChanged_.wait(lock, [self] { return self->ended_; });
    }
    self->held_->abandon();
    delete self;
  }

  Napi::Env env_;
  Napi::Promise::Deferred deferred_;
  Compute compute_;
  std::shared_ptr<HeldMemory> held_;
  int32_t ownControl_[2] = {0, 0};
  std::span<int32_t> control_;
  Job job_;
  napi_threadsafe_function done_ = nullptr;

  std::mutex mutex_;
  std::condition_variable endedChanged_;
  bool ended_ = false;
  Finish finish_;
  std::optional<Failure> failure_;
};

} // namespace

Napi::Value startJob(const Arguments& arguments, Compute compute) {
  return AsyncJob::start(std::make_unique<AsyncJob>(arguments, std::move(compute)));
}

} // namespace dant::binding
