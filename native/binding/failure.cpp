#include "binding/failure.h"

#include "core/job/job.h"

#include <new>
#include <stdexcept>
#include <system_error>

namespace dant::binding {

namespace {

/// Without a text: there may be no memory for it either. errorOf has it.
Failure outOfMemory() { return {"DANT_MEMORY", "", nullptr}; }

} // namespace

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
    return outOfMemory();
  } catch (const std::length_error&) {
    return outOfMemory();
  } catch (const std::system_error&) {
    return outOfMemory(); // a thread that cannot start: its stack is memory too
  } catch (const std::exception& error) {
    return failure("DANT_INTERNAL", error.what());
  } catch (...) {
    return failure("DANT_INTERNAL", "An exception of unknown type.");
  }
}

Napi::Error errorOf(Napi::Env env, const Failure& failure) {
  if (failure.thrown) return *failure.thrown;
  auto error = Napi::Error::New(env, failure.code == "DANT_MEMORY" ? "There is not enough memory for this computation."
                                                                   : failure.message);
  error.Set("code", failure.code);
  return error;
}

} // namespace dant::binding
