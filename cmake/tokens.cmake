# The vocabulary is included by the assembler, so the object is made in no time; CMake cannot see that by itself.
set(DRAGOMAN_VOCABULARY ${CMAKE_SOURCE_DIR}/src/tokens/data/o200k_base.bin)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/tokens/embedded.cpp PROPERTIES
  OBJECT_DEPENDS ${DRAGOMAN_VOCABULARY}
  COMPILE_DEFINITIONS DRAGOMAN_VOCABULARY="${DRAGOMAN_VOCABULARY}")
