#include "binding/failure.h"

#include "core/job/job.h"

#include <new>

namespace dant::binding {

std::optional<Failure> attempt(const std::function<void()>& compute) {
  // An empty message would count as success further up.
  const auto failure = [](const char* code, const std::string& message) {
    return Failure{code, message.empty() ? "No message." : message};
  };
  try {
    compute();
    return std::nullopt;
  } catch (const Aborted& error) {
    return failure("DANT_ABORTED", error.what());
  } catch (const InputError& error) {
    return failure("DANT_INPUT", error.what());
  } catch (const std::bad_alloc&) {
    return failure("DANT_MEMORY", "There is not enough memory for this computation.");
  } catch (const std::exception& error) {
    return failure("DANT_INTERNAL", error.what());
  } catch (...) {
    return failure("DANT_INTERNAL", "An exception of unknown type.");
  }
}

Napi::Error errorOf(Napi::Env env, const Failure& failure) {
  auto error = Napi::Error::New(env, failure.message);
  error.Set("code", failure.code);
  return error;
}

} // namespace dant::binding
