#include "binding/failure.h"

#include "core/job/job.h"

#include <new>
#include <stdexcept>
#include <system_error>

namespace dant::binding {

std::optional<Failure> attempt(const std::function<void()>& compute) {
  // An empty message would count as success further up.
  const auto failure = [](const char* code, const std::string& message) {
    return Failure{code, message.empty() ? "No message." : message, nullptr};
  };
  try {
    compute();
    return std::nullopt;
  } catch (const Napi::Error& error) {
    return Failure{"", "", std::make_shared<Napi::Error>(error)};
  } catch (const Aborted& error) {
    return failure("DANT_ABORTED", error.what());
  } catch (const InputError& error) {
    return failure("DANT_INPUT", error.what());
  } catch (const std::bad_alloc&) {
    return failure("DANT_MEMORY", "There is not enough memory for this computation.");
  } catch (const std::length_error&) {
    return failure("DANT_MEMORY", "There is not enough memory for this computation.");
  } catch (const std::system_error& error) {
    // A thread that cannot start: its stack is memory too.
    return failure("DANT_MEMORY",
                   std::string("There is not enough memory, or there are too many threads: ") + error.what() + ".");
  } catch (const std::exception& error) {
    return failure("DANT_INTERNAL", error.what());
  } catch (...) {
    return failure("DANT_INTERNAL", "An exception of unknown type.");
  }
}

Napi::Error errorOf(Napi::Env env, const Failure& failure) {
  if (failure.thrown) return *failure.thrown;
  auto error = Napi::Error::New(env, failure.message);
  error.Set("code", failure.code);
  return error;
}

} // namespace dant::binding
