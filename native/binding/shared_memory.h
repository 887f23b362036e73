#pragma once
#include <napi.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace dant::binding {

/// Arrays of fewer bytes are cheaper to copy than to share.
constexpr size_t leastSharedBytes = 16384;

/// A new ArrayBuffer over memory that belongs to JavaScript and to the jobs that use it together: it is freed when the
/// last of them lets go, whatever JavaScript does to the buffer meanwhile. `start` lies in `memory`. Where the host
/// allows no such buffers (Electron), a copy in an ordinary one.
Napi::ArrayBuffer shareMemory(Napi::Env env, std::shared_ptr<void> memory, void* start, size_t bytes);

/// The shared memory whose ArrayBuffer starts at `start`; empty when it is an ordinary one.
std::shared_ptr<void> sharedMemoryAt(const void* start);

/// A copy of `bytes` bytes. Throws std::bad_alloc.
std::shared_ptr<void> copyOf(const void* start, size_t bytes);

/// A new typed array of `values`; a long one takes over their memory.
template <class T> Napi::Value toTypedArray(Napi::Env env, std::vector<T> values);

/// allocate({ bytes }): a new ArrayBuffer of zeros in shared memory.
void registerSharedMemory(Napi::Env env, Napi::Object exports);

} // namespace dant::binding
