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
