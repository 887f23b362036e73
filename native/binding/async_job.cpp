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
        params_(Napi::Persistent(arguments.object())) {
    job_.threads = arguments.has("threads") ? resolveThreads(static_cast<int>(arguments.integer("threads"))) : 1;
    if (arguments.has("control")) {
      control_ = arguments.array<int32_t>("control", 2);
    } else {
      control_ = ownControl_;
    }
    job_.abortFlag = &control_[0];
    job_.progress = &control_[1];
  }

  Napi::Promise start() {
    const auto promise = deferred_.Promise();
    const napi_status made =
        napi_create_threadsafe_function(env_, nullptr, nullptr, Napi::String::New(env_, "dant job"), 0, 1, nullptr,
                                        nullptr, this, &AsyncJob::settle, &done_);
    if (made != napi_ok) {
      const auto message = "The job could not be started (Node-API status " + std::to_string(made) + ").";
      delete this;
      throw Napi::Error::New(promise.Env(), message);
    }
    napi_add_env_cleanup_hook(env_, &AsyncJob::threadEnds, this);
    submit([this] { run(); });
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
    try {
      if (self->failure_) {
        self->deferred_.Reject(errorOf(env, *self->failure_).Value());
      } else {
        self->deferred_.Resolve(self->finish_(env));
      }
    } catch (const Napi::Error& error) {
      self->deferred_.Reject(error.Value());
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
    self->params_.SuppressDestruct();
    delete self;
  }

  Napi::Env env_;
  Napi::Promise::Deferred deferred_;
  Compute compute_;
  Napi::ObjectReference params_;
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
  return (new AsyncJob(arguments, std::move(compute)))->start();
}

} // namespace dant::binding
