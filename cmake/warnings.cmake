# Warnings are errors with the compilers that dragoman is developed with; others may see what is not there.
set(developed_with_this OFF)
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION MATCHES "^19"))
  set(developed_with_this ON)
endif()
option(DRAGOMAN_WERROR "Warnings are errors" ${developed_with_this})
add_library(warnings INTERFACE)
target_compile_options(warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(DRAGOMAN_WERROR)
  target_compile_options(warnings INTERFACE -Werror)
endif()
# Designated initialisers that lean on default members are the house style.
target_compile_options(warnings INTERFACE -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlaps and dangling pointers inside inlined std::string code that are not there (PR 105329, 105651).
  # It also takes a coroutine frame's own operator delete for a mistake once it inlines (PR 109224).
  target_compile_options(warnings INTERFACE -Wno-mismatched-new-delete)
  target_compile_options(warnings INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # std::stable_sort of libstdc++ 12 calls a function that the same library calls deprecated.
  target_compile_options(warnings INTERFACE -Wno-deprecated-declarations)
endif()

# Hardening, as Debian's dpkg-buildflags sets it with hardening=+all.
if(NOT DRAGOMAN_SANITIZE AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  add_compile_options(-fstack-protector-strong -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
    add_compile_options(-fcf-protection)
  endif()
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro -Wl,-z,now $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
endif()
