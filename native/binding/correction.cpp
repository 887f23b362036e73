#include "binding/async_job.h"
#include "binding/stages.h"
#include "binding/waveforms_argument.h"

namespace dant::binding {

namespace {

Napi::Value correct(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto waveforms = waveformsOf(arguments);
  const auto locations = arguments.array<double>("channelLocationsUm", 2 * waveforms.channels);
  const auto shifts = arguments.array<double>("shiftsUm");
  const auto templates = arguments.count("templates");
  const auto first = arguments.count("first");
  const auto corrected = arguments.output<double>("corrected");
  return startJob(arguments, [=](const Job& job) {
    correctWaveforms(job, waveforms, *krigingFor<double>(locations), shifts, templates, first, corrected);
  });
}

} // namespace

void registerCorrection(Napi::Env env, Napi::Object exports) { add(env, exports, "correctWaveforms", correct); }

} // namespace dant::binding
