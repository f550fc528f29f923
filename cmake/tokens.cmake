# The packed vocabulary is laid out as the image that the program reads it from. The assembler takes the image in, so that
# object is made in no time; CMake cannot see by itself that it depends on the image.
set(DRAGOMAN_VOCABULARY ${CMAKE_BINARY_DIR}/o200k_base.image)
add_executable(lay_out_vocabulary ${CMAKE_SOURCE_DIR}/src/tokens/data/lay_out_vocabulary.cpp)
target_include_directories(lay_out_vocabulary PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(lay_out_vocabulary PRIVATE ZLIB::ZLIB warnings)
target_compile_options(lay_out_vocabulary PRIVATE -O2)
add_custom_command(OUTPUT ${DRAGOMAN_VOCABULARY}
  COMMAND lay_out_vocabulary ${CMAKE_SOURCE_DIR}/src/tokens/data/o200k_base.bin ${DRAGOMAN_VOCABULARY}
  DEPENDS lay_out_vocabulary ${CMAKE_SOURCE_DIR}/src/tokens/data/o200k_base.bin VERBATIM)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/tokens/embedded.cpp PROPERTIES
  OBJECT_DEPENDS ${DRAGOMAN_VOCABULARY}
  COMPILE_DEFINITIONS DRAGOMAN_VOCABULARY="${DRAGOMAN_VOCABULARY}")
target_sources(dragoman_tokens PRIVATE ${DRAGOMAN_VOCABULARY})
