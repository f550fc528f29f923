# What `make install` and the .deb put where. Folders that a build may lack (manual page, units) are optional.
include(GNUInstallDirs)
set(DRAGOMAN_DOCUMENTS ${CMAKE_INSTALL_DATADIR}/doc/dragoman)

install(TARGETS dragoman RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES README.md CHANGELOG.md DESTINATION ${DRAGOMAN_DOCUMENTS})
install(FILES src/tokens/data/LICENSE.md DESTINATION ${DRAGOMAN_DOCUMENTS} RENAME LICENSE.o200k.md)
install(FILES packaging/deb/copyright DESTINATION ${DRAGOMAN_DOCUMENTS})
install(DIRECTORY examples DESTINATION ${DRAGOMAN_DOCUMENTS}
  FILES_MATCHING PATTERN "*.toml" PATTERN "*.env" PATTERN "*.service")
install(DIRECTORY docs/ DESTINATION ${DRAGOMAN_DOCUMENTS}/docs OPTIONAL FILES_MATCHING PATTERN "*.md"
  PATTERN "*.svg" PATTERN man EXCLUDE)
install(DIRECTORY docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL FILES_MATCHING PATTERN "*.1")
install(DIRECTORY packaging/systemd/system packaging/systemd/user DESTINATION lib/systemd OPTIONAL
  FILES_MATCHING PATTERN "*.service" PATTERN "*.socket")

# The shells' completions are what the program itself prints.
set(DRAGOMAN_COMPLETIONS
  "bash|${CMAKE_INSTALL_DATADIR}/bash-completion/completions|dragoman"
  "zsh|${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions|_dragoman"
  "fish|${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d|dragoman.fish")
foreach(completion IN LISTS DRAGOMAN_COMPLETIONS)
  string(REPLACE "|" ";" completion "${completion}")
  list(GET completion 0 shell)
  list(GET completion 1 folder)
  list(GET completion 2 file)
  install(CODE "
    set(written \"${CMAKE_BINARY_DIR}/completions/${shell}/${file}\")
    execute_process(COMMAND \"$<TARGET_FILE:dragoman>\" completion ${shell}
      OUTPUT_VARIABLE text RESULT_VARIABLE failed ERROR_QUIET)
    if(failed)
      message(STATUS \"No completion for ${shell}: this dragoman prints none\")
    else()
      file(WRITE \"\${written}\" \"\${text}\")
      file(INSTALL \"\${written}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${folder}\")
    endif()")
endforeach()

include(cmake/package.cmake)
