#pragma once
#include <napi.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace dant::binding {

/// The memory of JavaScript's arrays that a job works on, held so that nothing JavaScript does in the meantime can take
/// it away or change what was checked. Node-API has no way to forbid that an ArrayBuffer is transferred or shrunk: so
/// an array in shared memory (shared_memory.h) can be used where it is, and of any other the job gets a copy; what the
/// job writes there is copied back at the end. Only on the JavaScript thread.
class HeldMemory {
public:
  /// A typed array as Node-API sees it; `data` may be null when there are no bytes.
  struct Place {
    napi_value array;
    void* data;
    size_t bytes;
    const void* bufferStart;
  };

  enum class Input {
    copied, ///< JavaScript cannot change the numbers behind the checks
    inPlace ///< it can where the array is in shared memory; any other is copied
  };

  /// Where to read the array from until this object is destroyed.
  void* input(const Place& place, Input kind);

  /// Where to read and write the array `name`.
  void* output(Napi::Env env, const Place& place, const char* name);

  /// Memory that another thread and JavaScript both see, if it cannot be taken away: nothing is copied back.
  void* live(Napi::Env env, const Place& place, bool isSharedArrayBuffer);

  /// Brings what was written to JavaScript. Throws a Napi::Error when an array is not there any more.
  void copyBack(Napi::Env env) const;

  /// The JavaScript thread has ended: its references are gone.
  void abandon();

private:
  struct Output {
    Napi::Reference<Napi::Value> array;
    std::string name;
    const void* written;
    size_t bytes;
  };

  std::vector<std::shared_ptr<void>> memory_;
  std::vector<Output> outputs_;
  std::vector<Napi::Reference<Napi::Value>> references_;
};

/// Its place in memory, elements' type and length. The array must be a typed array.
struct TypedArrayInfo {
  HeldMemory::Place place;
  napi_typedarray_type type;
  size_t length;
  size_t elementBytes;
  bool isSharedArrayBuffer;

  TypedArrayInfo(Napi::Env env, napi_value array);
};

} // namespace dant::binding
