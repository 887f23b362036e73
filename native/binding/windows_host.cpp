// Windows only. Node's functions are taken from the program that loads the addon, whatever its name (node.exe, electron.exe),
// instead of from an import library that names node.exe: `node_api.h` declares them `dllimport`, so that each call goes through
// a pointer `__imp_<name>`, and these are the pointers. CMake lists the names from node-api-headers in
// node_functions.inc.
#include <windows.h>

#define FUNCTION(name) extern "C" void* __imp_##name = nullptr;
#include "node_functions.inc"
#undef FUNCTION

namespace {

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
  return true;
}();

}  // namespace
