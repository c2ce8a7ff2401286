# What every target shares. Flags live on one interface target; a folder becomes a library with one call.

include(CTest)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(COUNTERSIGN_FUZZ "Build the libFuzzer targets (needs clang) instead of the tests" OFF)
set(COUNTERSIGN_SANITIZE "" CACHE STRING "Sanitizers for every target: 'address,undefined', 'thread' or empty")

option(COUNTERSIGN_PRECOMPILE "Precompile the headers that most files include" ON)

find_program(CCACHE ccache)
if(CCACHE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  # What is packaged has the same bytes with a cache and without: ccache must not write paths anew.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env --unset=CCACHE_BASEDIR --unset=CCACHE_NOHASHDIR "${CCACHE}")
elseif(CCACHE)
  # What ccache asks for where headers are precompiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE}")
endif()

add_library(countersign_flags INTERFACE)
target_compile_options(countersign_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Werror
  -fstack-protector-strong
  "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.")
target_compile_definitions(countersign_flags INTERFACE
  _GLIBCXX_ASSERTIONS
  BOOST_ASIO_NO_DEPRECATED
  BOOST_BEAST_USE_STD_STRING_VIEW
  COUNTERSIGN_VERSION="${PROJECT_VERSION}")
target_include_directories(countersign_flags INTERFACE "${PROJECT_SOURCE_DIR}")
target_link_options(countersign_flags INTERFACE -Wl,-z,relro,-z,now)
if(CMAKE_BUILD_TYPE MATCHES "Release|RelWithDebInfo")
  # Fortify needs optimisation; sanitizers bring their own checks.
  target_compile_options(countersign_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -Wformat-security
    -fstack-clash-protection -fcf-protection)
endif()
if(COUNTERSIGN_SANITIZE)
  add_compile_options(-fsanitize=${COUNTERSIGN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${COUNTERSIGN_SANITIZE})
  if(COUNTERSIGN_SANITIZE MATCHES "undefined")
    # Checked at each access to a member, they take a sixth of the build; at a null pointer the address sanitizer stops, too.
    # Without them GCC 12 warns of members of empty optionals; the other presets keep the warning.
    add_compile_options(-fno-sanitize=null,alignment -Wno-maybe-uninitialized)
  endif()
endif()
if(COUNTERSIGN_FUZZ)
  # clang's function check cannot compile coroutine code (see docs/architecture.md, "Toolchain").
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=function -fno-omit-frame-pointer
                      -Wno-gnu-zero-variadic-macro-arguments)
  add_link_options(-fsanitize=address,undefined)
endif()

# For programs that spend their time in the libraries: with sanitizers, to optimise what they instantiate of
# header-only libraries takes half of a build.
function(countersign_not_optimised target)
  if(COUNTERSIGN_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# countersign_precompile(<target> <of>): compiles a target with precompiled headers, those of the target <of> if it is
# another; both must be compiled with the same options. Every file still includes what it uses: the preset `release`
# precompiles nothing, and warns of what GCC 12 sees wrongly in precompiled strings.
function(countersign_precompile target of)
  if(NOT COUNTERSIGN_PRECOMPILE)
    return()
  elseif(target STREQUAL of)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${of})
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
  endif()
endfunction()

set(COUNTERSIGN_FREQUENT_HEADERS
  <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <deque> <filesystem> <functional> <future> <map> <memory>
  <mutex> <optional> <set> <span> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
  <boost/json.hpp> <fmt/format.h> <tl/expected.hpp>)

# Declares the targets whose precompiled headers others take. After the packages are found.
function(countersign_declare_precompiled)
  file(WRITE "${PROJECT_BINARY_DIR}/generated/precompiled.cpp" "")
  add_library(precompiled STATIC "${PROJECT_BINARY_DIR}/generated/precompiled.cpp")
  target_link_libraries(precompiled PUBLIC countersign_flags Boost::json fmt::fmt)
  countersign_precompile(precompiled precompiled ${COUNTERSIGN_FREQUENT_HEADERS})
  if(BUILD_TESTING AND NOT COUNTERSIGN_FUZZ)
    add_library(precompiled_for_tests STATIC "${PROJECT_BINARY_DIR}/generated/precompiled.cpp")
    countersign_not_optimised(precompiled_for_tests)
    # As the programs that take them.
    set_target_properties(precompiled_for_tests PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(precompiled_for_tests PRIVATE -fPIE)
    target_link_libraries(precompiled_for_tests PUBLIC countersign_flags Boost::json fmt::fmt GTest::gmock)
    countersign_precompile(precompiled_for_tests precompiled_for_tests ${COUNTERSIGN_FREQUENT_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
  endif()
endfunction()

# countersign_library(<name> SOURCES <file>... [DEPS <target>...])
# Makes the library of one folder. DEPS are public: the arrows of docs/architecture.md.
function(countersign_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC countersign_flags ${ARG_DEPS})
  countersign_precompile(${name} precompiled)
endfunction()

# All that the thread sanitizer's run needs to be built.
add_custom_target(concurrency_tests)

# countersign_test(<name> SOURCES <file>... [DEPS <target>...] [LABELS <label>])
# Makes a GoogleTest program whose cases are listed one by one in CTest, all under one label.
function(countersign_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  countersign_not_optimised(${name})
  countersign_precompile(${name} precompiled_for_tests)
  target_link_libraries(${name} PRIVATE countersign_flags ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE COUNTERSIGN_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  set(properties TIMEOUT 600)
  if(ARG_LABELS STREQUAL "concurrency")
    add_dependencies(concurrency_tests ${name})
  endif()
  if(ARG_LABELS)
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
endfunction()
