#pragma once
#include "binding/arguments.h"
#include "core/similarity/unit_pair.h"

#include <cstring>
#include <vector>

namespace dant::binding {

/// (P, 2)
inline Napi::Value pairsArray(Napi::Env env, const std::vector<UnitPair>& pairs) {
  static_assert(sizeof(UnitPair) == 2 * sizeof(int32_t));
  auto array = Napi::Int32Array::New(env, 2 * pairs.size());
  if (!pairs.empty()) std::memcpy(array.Data(), pairs.data(), pairs.size() * sizeof(UnitPair));
  return array;
}

/// An Int32Array (P, 2) of indices below `units`.
inline std::vector<UnitPair> pairsOf(const Arguments& arguments, const char* key, size_t units) {
  const auto flat = arguments.array<int32_t>(key);
  std::vector<UnitPair> pairs;
  for (size_t p = 0; p + 1 < flat.size(); p += 2) {
    for (const int32_t unit : {flat[p], flat[p + 1]}) {
      if (unit < 0 || static_cast<size_t>(unit) >= units) arguments.fail(key, "indices of units");
    }
    pairs.push_back({flat[p], flat[p + 1]});
  }
  return pairs;
}

} // namespace dant::binding
