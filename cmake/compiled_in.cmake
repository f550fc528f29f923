# fmt, spdlog and toml++ bring all of their text in their headers. In the versions that dragoman is developed with it
# is compiled here, once each, and becomes part of the program, which starts faster and takes less memory than with
# their shared libraries; elsewhere those are linked. Why, and why not the others: docs/adr/0010-what-is-linked-how.md
set(known_versions OFF)
get_target_property(spdlog_definitions spdlog::spdlog INTERFACE_COMPILE_DEFINITIONS)
if(fmt_VERSION VERSION_GREATER_EQUAL 9 AND fmt_VERSION VERSION_LESS 10
   AND spdlog_VERSION VERSION_GREATER_EQUAL 1.10 AND spdlog_VERSION VERSION_LESS 1.11
   AND tomlplusplus_VERSION VERSION_GREATER_EQUAL 3.3 AND tomlplusplus_VERSION VERSION_LESS 3.4
   AND spdlog_definitions MATCHES "SPDLOG_FMT_EXTERNAL")
  set(known_versions ON)
endif()
option(DRAGOMAN_COMPILED_IN "fmt, spdlog and toml++ are compiled into the program" ${known_versions})

# compiled_in(name target definition…): the library `compiled_in_name`, from the headers of the package's target.
function(compiled_in name target)
  add_library(compiled_in_${name} STATIC cmake/compiled_in/${name}.cpp)
  target_include_directories(compiled_in_${name} SYSTEM PUBLIC
    $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_definitions(compiled_in_${name} PUBLIC ${ARGN})
endfunction()

if(DRAGOMAN_COMPILED_IN)
  compiled_in(fmt fmt::fmt)
  compiled_in(spdlog spdlog::spdlog SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
  target_link_libraries(compiled_in_spdlog PUBLIC compiled_in_fmt Threads::Threads)
  compiled_in(toml tomlplusplus::tomlplusplus TOML_HEADER_ONLY=0)
  optimise_for_size(compiled_in_toml)
else()
  add_library(compiled_in_fmt ALIAS fmt::fmt)
  add_library(compiled_in_spdlog ALIAS spdlog::spdlog)
  add_library(compiled_in_toml ALIAS tomlplusplus::tomlplusplus)
endif()

# Then nothing else needs the shared libraries of the compiler, and they are compiled into the program, too.
include(CMakeDependentOption)
include(CheckCXXSourceCompiles)
set(static_runtime -static-libstdc++ -static-libgcc)
set(CMAKE_REQUIRED_LINK_OPTIONS ${static_runtime})
check_cxx_source_compiles("#include <string>
  int main(int count, char**) { return std::string(count, 'x').size() > 3; }" DRAGOMAN_HAS_STATIC_RUNTIME)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
cmake_dependent_option(DRAGOMAN_STATIC_RUNTIME "libstdc++ and libgcc are compiled into the program" ON
  "DRAGOMAN_COMPILED_IN;DRAGOMAN_HAS_STATIC_RUNTIME;NOT DRAGOMAN_SANITIZE;CMAKE_SYSTEM_NAME STREQUAL Linux" OFF)
