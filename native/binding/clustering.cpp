#include "binding/async_job.h"
#include "binding/stages.h"

namespace dant::binding {

void registerClustering(Napi::Env, Napi::Object) {}

} // namespace dant::binding
