if(DRAGOMAN_SANITIZE)
  add_compile_options(-fsanitize=${DRAGOMAN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DRAGOMAN_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC's manual: the sanitizers' own code makes this warning see uninitialized variables that are none. The release build has it.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  if(DRAGOMAN_SANITIZE MATCHES "undefined")
    # This check reads memory through a pipe of its own: with all descriptors in use it calls sound objects invalid.
    add_compile_options(-fno-sanitize=vptr)
  endif()
  if(DRAGOMAN_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan) # Asio's fences, which it does not rely on alone.
  endif()
endif()
if(DRAGOMAN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
