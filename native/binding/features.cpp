#include "binding/async_job.h"
#include "binding/stages.h"

namespace dant::binding {

void registerFeatures(Napi::Env, Napi::Object) {}

} // namespace dant::binding
