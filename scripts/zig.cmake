# Toolchain: zig's clang, libc++ and headers of every system, for binaries that run on others than the machine that builds
# them. DANT_ZIG is the program, DANT_ZIG_TARGET zig's name of the target, such as x86_64-linux-gnu.2.28.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DANT_ZIG DANT_ZIG_TARGET)
string(REGEX MATCH "^([^-]+)-([a-z]+)" parts "${DANT_ZIG_TARGET}")
set(CMAKE_SYSTEM_PROCESSOR "${CMAKE_MATCH_1}")
set(systems linux Linux macos Darwin windows Windows)
list(FIND systems "${CMAKE_MATCH_2}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "scripts/zig.cmake knows no system called ${CMAKE_MATCH_2}, of ${DANT_ZIG_TARGET}.")
endif()
math(EXPR at "${at} + 1")
list(GET systems ${at} CMAKE_SYSTEM_NAME)

set(CMAKE_CXX_COMPILER "${DANT_ZIG}" c++ -target ${DANT_ZIG_TARGET})
set(CMAKE_CXX_ARCHIVE_CREATE "\"${DANT_ZIG}\" ar qc <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_APPEND "\"${DANT_ZIG}\" ar q <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "\"${DANT_ZIG}\" ranlib <TARGET>")
# No debugging information, no names of functions: neither made nor kept.
set(CMAKE_CXX_FLAGS_INIT -g0)
set(CMAKE_SHARED_LINKER_FLAGS_INIT -s)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
# CMake asks for it where the target is macOS; only an installation would use it.
set(CMAKE_INSTALL_NAME_TOOL "${CMAKE_COMMAND}" CACHE FILEPATH "")
