#pragma once
#include "binding/arguments.h"
#include "core/job/job.h"

#include <functional>
#include <memory>
#include <optional>

namespace dant::binding {

/// Makes the JavaScript result out of what was computed; runs on the JavaScript thread.
using Finish = std::function<Napi::Value(Napi::Env)>;
/// The computation; runs on a pool thread and must not touch JavaScript.
using Compute = std::function<Finish(const Job&)>;

/// Starts `compute` on the pool and returns a promise of its result. Reads from the params object `threads` (−1: all
/// cores) and `control`, an Int32Array of two: [0] is set to 1 by the caller to abort, [1] shows the done share in
/// millionths. The params object, and so every array in it, stays alive until the promise settles. Rejections carry
/// `code`: DANT_ABORTED, DANT_DATA (a mapped file that an array is in changed), DANT_INPUT, DANT_MEMORY or
/// DANT_INTERNAL. A JavaScript thread that ends while its job runs aborts the job and waits for it.
Napi::Value startJob(const Arguments& arguments, Compute compute);

/// For a computation with outputs of known size, which were handed in: resolves to undefined.
inline Napi::Value startJob(const Arguments& arguments, std::function<void(const Job&)> compute) {
  return startJob(arguments, Compute([compute = std::move(compute)](const Job& job) -> Finish {
                    compute(job);
                    return [](Napi::Env env) { return env.Undefined(); };
                  }));
}

} // namespace dant::binding
