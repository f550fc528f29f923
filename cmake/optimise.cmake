# What nothing calls stays out of the program; what runs once or hardly ever is small, and lies apart from what serves:
# fewer pages of the program are in memory.
if(NOT CMAKE_BUILD_TYPE MATCHES "Rel" OR DRAGOMAN_SANITIZE OR NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
  function(optimise_for_size)
  endfunction()
  return()
endif()
add_compile_options(-ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections)
if(MOLD)
  add_link_options(-Wl,-z,keep-text-section-prefix)
endif()

# optimise_for_size(targets…): of what no request waits for.
function(optimise_for_size)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE -Os)
  endforeach()
endfunction()

# What each byte and each block of a request passes through. For all of the program -O3 would mean larger code that is
# rarely warm; where the loops over bytes happen to lie makes a tenth of their time.
set(of_each_block
    json/document json/escape json/escape_dense json/grammar json/members json/pieces json/writer
    anthropic/decode_block anthropic/decode_request anthropic/fields
    translate/block_text translate/cache_control translate/content_writer translate/conversation
    translate/conversation_turns translate/message_writer translate/message_writer_assistant translate/request
    translate/token_limits translate/tool_ids translate/tool_names translate/tool_results translate/tools)
set(of_each_byte json/token_kernel_avx2 json/token_kernel_avx512 json/token_kernel_neon json/token_kernel_sse42)
list(TRANSFORM of_each_block REPLACE "(.+)" "src/\\1.cpp")
list(TRANSFORM of_each_byte REPLACE "(.+)" "src/\\1.cpp")
set_source_files_properties(${of_each_block} PROPERTIES COMPILE_OPTIONS -O3)
set_source_files_properties(${of_each_byte} PROPERTIES COMPILE_OPTIONS "-falign-functions=64;-falign-loops=64")
