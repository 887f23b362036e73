#include "binding/async_job.h"
#include "binding/stages.h"
#include "core/files/crc32.h"
#include "core/files/finite.h"
#include "core/files/fortran_order.h"
#include "core/files/mapped_file.h"
#include "core/files/whole_files.h"

namespace dant::binding {

namespace {

// Not a job: a megabyte takes a fraction of a millisecond, and must not wait behind a long computation.
Napi::Value bindCrc32(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto previous = static_cast<uint32_t>(arguments.count("previous"));
  return Napi::Number::New(info.Env(), crc32(arguments.array<uint8_t>("bytes"), previous));
}

Napi::Value bindAddressInPage(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto pageBytes = arguments.count("pageBytes");
  if (pageBytes == 0) arguments.fail("pageBytes", "at least 1");
  const auto address = reinterpret_cast<uintptr_t>(arguments.array<uint8_t>("bytes").data());
  return Napi::Number::New(info.Env(), static_cast<double>(address % pageBytes));
}

Napi::Value bindFileSizes(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  return startJob(arguments, [paths = arguments.texts("paths"), sizes = arguments.array<double>("sizes")](
                                 const Job& job) { fileSizes(job, paths, sizes); });
}

Napi::Value bindReadFiles(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  return startJob(arguments, [paths = arguments.texts("paths"), sizes = arguments.array<double>("sizes"),
                              bytes = arguments.array<uint8_t>("bytes"), wasRead = arguments.array<uint8_t>("wasRead")](
                                 const Job& job) { readFiles(job, paths, sizes, bytes, wasRead); });
}

Napi::Value bindMapFile(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto bytes = arguments.count("bytes");
  if (bytes == 0) arguments.fail("bytes", "at least 1");
  auto file = MappedFile::map(static_cast<int>(arguments.integer("descriptor")), bytes, arguments.text("path"));
  if (!file) return info.Env().Undefined();
  // Freed with the memory that JavaScript sees.
  auto owner = std::make_unique<std::shared_ptr<MappedFile>>(file);
  const auto release = [](napi_env, void*, void* hint) { delete static_cast<std::shared_ptr<MappedFile>*>(hint); };
  napi_value buffer;
  // Refused by programs that keep all memory of JavaScript in one place
  if (napi_create_external_arraybuffer(info.Env(), file->bytes().data(), bytes, release, owner.get(), &buffer) !=
      napi_ok) {
    return info.Env().Undefined();
  }
  owner.release();
  return Napi::Uint8Array::New(info.Env(), bytes, Napi::ArrayBuffer(info.Env(), buffer), 0);
}

Napi::Value bindReadMappedFile(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto bytes = arguments.array<uint8_t>("bytes");
  const auto file = MappedFile::at(bytes.data());
  if (!file) arguments.fail("bytes", "memory of mapFile");
  return startJob(arguments, [file](const Job& job) { file->readIn(job); });
}

Napi::Value bindFortranToC(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto itemBytes = arguments.count("itemBytes");
  return startJob(arguments,
                  [slab = arguments.elementBytes("slab", itemBytes),
                   target = arguments.elementBytes("target", itemBytes), shape = arguments.array<double>("shape"),
                   itemBytes, firstSlice = arguments.count("firstSlice")](const Job& job) {
                    fortranToC(job, slab, target, shape, itemBytes, firstSlice);
                  });
}

Napi::Value bindFindNonFiniteRows(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto start = [&](auto values) {
    return startJob(arguments, [values, notFinite = arguments.array<uint8_t>("notFinite")](const Job& job) {
      findNonFiniteRows(job, values, notFinite);
    });
  };
  return arguments.isFloat32("values") ? start(arguments.array<float>("values"))
                                       : start(arguments.array<double>("values"));
}

} // namespace

void registerFiles(Napi::Env env, Napi::Object exports) {
  exports.Set("crc32", Napi::Function::New(env, bindCrc32));
  exports.Set("addressInPage", Napi::Function::New(env, bindAddressInPage));
  exports.Set("fileSizes", Napi::Function::New(env, bindFileSizes));
  exports.Set("readFiles", Napi::Function::New(env, bindReadFiles));
  exports.Set("mapFile", Napi::Function::New(env, bindMapFile));
  exports.Set("readMappedFile", Napi::Function::New(env, bindReadMappedFile));
  exports.Set("fortranToC", Napi::Function::New(env, bindFortranToC));
  exports.Set("findNonFiniteRows", Napi::Function::New(env, bindFindNonFiniteRows));
}

} // namespace dant::binding
