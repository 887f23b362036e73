// Windows only. Node's functions are taken from the program that loads the addon, whatever its name (node.exe,
// electron.exe), instead of from an import library that names node.exe: CMakeLists.txt has `node_api.h` declare them
// `dllimport`, so that each call goes through a pointer `__imp_<name>`, and these are the pointers. CMake lists the
// names from node-api-headers in node_functions.inc.
#include <windows.h>

#define FUNCTION(name) extern "C" void* __imp_##name = nullptr;
#include "node_functions.inc"
#undef FUNCTION

namespace {

const char anchor = 0;

// Before any other code of the addon: Node calls its entry after the library's constructors.
const bool hostIsLinked = [] {
  const HMODULE program = GetModuleHandleW(nullptr);
  // A program that embeds Node as a library
  const HMODULE library = GetModuleHandleW(L"libnode.dll");
  const auto find = [&](const char* name) {
    const FARPROC found = GetProcAddress(program, name);
    return reinterpret_cast<void*>(found || !library ? found : GetProcAddress(library, name));
  };
#define FUNCTION(name) __imp_##name = find(#name);
#include "node_functions.inc"
#undef FUNCTION
  // Node unloads an addon with the last worker that uses it, before the destructors of that thread's variables run.
  HMODULE self;
  constexpr DWORD stay = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
  GetModuleHandleExW(stay, reinterpret_cast<LPCWSTR>(&anchor), &self);
  return true;
}();

} // namespace
