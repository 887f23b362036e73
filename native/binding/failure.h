#pragma once
#include "core/files/mapped_file.h"

#include <napi.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dant::binding {

/// What a computation threw.
struct Failure {
  std::string code; ///< DANT_ABORTED, DANT_DATA, DANT_INPUT, DANT_MEMORY or DANT_INTERNAL
  std::string message;
};

/// Calls `compute`, which uses what is in `files`; does not touch JavaScript.
std::optional<Failure> attempt(const std::vector<std::shared_ptr<const MappedFile>>& files,
                               const std::function<void()>& compute);

/// The JavaScript error with this `code`.
Napi::Error errorOf(Napi::Env env, const Failure& failure);

} // namespace dant::binding
