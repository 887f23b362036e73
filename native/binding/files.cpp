#include "binding/async_job.h"
#include "binding/stages.h"
#include "core/files/finite.h"
#include "core/files/fortran_order.h"
#include "core/files/whole_files.h"

namespace dant::binding {

namespace {

Napi::Value bindAddressInPage(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, Arguments::Use::atOnce);
  const auto pageBytes = arguments.count("pageBytes");
  if (pageBytes == 0) arguments.fail("pageBytes", "at least 1");
  const auto address = reinterpret_cast<uintptr_t>(arguments.array<uint8_t>("bytes").data());
  return Napi::Number::New(info.Env(), static_cast<double>(address % pageBytes));
}

Napi::Value bindFileSizes(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  return startJob(arguments, [paths = arguments.texts("paths"), sizes = arguments.output<double>("sizes")](
                                 const Job& job) { fileSizes(job, paths, sizes); });
}

Napi::Value bindReadFiles(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  return startJob(arguments, [paths = arguments.texts("paths"), sizes = arguments.array<double>("sizes"),
                              bytes = arguments.output<uint8_t>("bytes"),
                              wasRead = arguments.output<uint8_t>("wasRead")](const Job& job) {
    readFiles(job, paths, sizes, bytes, wasRead);
  });
}

Napi::Value bindFortranToC(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto itemBytes = arguments.count("itemBytes");
  return startJob(arguments,
                  [slab = arguments.elementBytes("slab", itemBytes),
                   target = arguments.outputElementBytes("target", itemBytes), shape = arguments.array<double>("shape"),
                   itemBytes, firstSlice = arguments.count("firstSlice")](const Job& job) {
                    fortranToC(job, slab, target, shape, itemBytes, firstSlice);
                  });
}

Napi::Value bindFindNonFiniteRows(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto start = [&](auto values) {
    return startJob(arguments, [values, notFinite = arguments.output<uint8_t>("notFinite")](const Job& job) {
      findNonFiniteRows(job, values, notFinite);
    });
  };
  return arguments.isFloat32("values") ? start(arguments.inPlace<float>("values"))
                                       : start(arguments.inPlace<double>("values"));
}

} // namespace

void registerFiles(Napi::Env env, Napi::Object exports) {
  add(env, exports, "addressInPage", bindAddressInPage);
  add(env, exports, "fileSizes", bindFileSizes);
  add(env, exports, "readFiles", bindReadFiles);
  add(env, exports, "fortranToC", bindFortranToC);
  add(env, exports, "findNonFiniteRows", bindFindNonFiniteRows);
}

} // namespace dant::binding
