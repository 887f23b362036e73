#pragma once
#include <napi.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dant::binding {

/// What a computation threw.
struct Failure {
  std::string code; ///< DANT_ABORTED, DANT_INPUT, DANT_MEMORY or DANT_INTERNAL
  std::string message;
  std::shared_ptr<Napi::Error> thrown = nullptr; ///< what JavaScript or the border threw, if that is it
};

/// Calls `compute`; does not touch JavaScript unless that does.
std::optional<Failure> attempt(const std::function<void()>& compute);

/// The JavaScript error with this `code`.
Napi::Error errorOf(Napi::Env env, const Failure& failure);

} // namespace dant::binding
