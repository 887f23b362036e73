#include "binding/shared_memory.h"

#include "binding/arguments.h"
#include "binding/registration.h"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>

namespace dant::binding {

namespace {

/// What is shared, by where it starts. One for all JavaScript threads, and never destroyed: buffers may outlive it.
struct Registry {
  std::mutex mutex;
  std::unordered_map<const void*, std::shared_ptr<void>> memory;
};

Registry& registry() {
  static Registry* instance = new Registry();
  return *instance;
}

void letGo(napi_env, void* start, void*) {
  std::shared_ptr<void> last; // freed after the lock is
  auto& [mutex, memory] = registry();
  std::lock_guard lock(mutex);
  if (const auto found = memory.find(start); found != memory.end()) {
    last = std::move(found->second);
    memory.erase(found);
  }
}

std::shared_ptr<void> owned(void* start) {
  if (start == nullptr) throw std::bad_alloc();
  return {start, std::free};
}

Napi::Value bindAllocate(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const size_t bytes = arguments.count("bytes");
  // Zeros that cost nothing until they are touched.
  const auto memory = owned(std::calloc(bytes < 1 ? 1 : bytes, 1));
  return shareMemory(info.Env(), memory, memory.get(), bytes);
}

} // namespace

Napi::ArrayBuffer shareMemory(Napi::Env env, std::shared_ptr<void> memory, void* start, size_t bytes) {
  if (bytes >= leastSharedBytes) {
    {
      auto& [mutex, known] = registry();
      std::lock_guard lock(mutex);
      known.emplace(start, std::move(memory));
    }
    napi_value buffer = nullptr;
    const auto status = napi_create_external_arraybuffer(env, start, bytes, letGo, nullptr, &buffer);
    if (status == napi_ok) return {env, buffer};
    memory = sharedMemoryAt(start);
    letGo(env, start, nullptr);
    if (status != napi_no_external_buffers_allowed) throw Napi::Error::New(env);
  }
  auto buffer = Napi::ArrayBuffer::New(env, bytes);
  if (bytes > 0) std::memcpy(buffer.Data(), start, bytes);
  return buffer;
}

std::shared_ptr<void> sharedMemoryAt(const void* start) {
  auto& [mutex, memory] = registry();
  std::lock_guard lock(mutex);
  const auto found = memory.find(start);
  return found == memory.end() ? nullptr : found->second;
}

std::shared_ptr<void> copyOf(const void* start, size_t bytes) {
  auto copy = owned(std::malloc(bytes < 1 ? 1 : bytes));
  if (bytes > 0) std::memcpy(copy.get(), start, bytes);
  return copy;
}

template <class T> Napi::Value toTypedArray(Napi::Env env, std::vector<T> values) {
  const size_t length = values.size();
  const auto memory = std::make_shared<std::vector<T>>(std::move(values));
  const auto buffer = shareMemory(env, memory, memory->data(), length * sizeof(T));
  return Napi::TypedArrayOf<T>::New(env, length, buffer, 0, typedArrayType<T>());
}

template Napi::Value toTypedArray(Napi::Env, std::vector<uint8_t>);
template Napi::Value toTypedArray(Napi::Env, std::vector<int32_t>);
template Napi::Value toTypedArray(Napi::Env, std::vector<float>);
template Napi::Value toTypedArray(Napi::Env, std::vector<double>);

void registerSharedMemory(Napi::Env env, Napi::Object exports) { add(env, exports, "allocate", bindAllocate); }

} // namespace dant::binding
