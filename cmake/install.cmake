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

# A unit names the program by its whole path, and zsh looks below /usr and elsewhere in folders of different names.
# CPack's prefix ends in /usr as well.
foreach(kind system user)
  install(CODE "
    file(GLOB units \"${CMAKE_SOURCE_DIR}/packaging/systemd/${kind}/*\")
    foreach(unit IN LISTS units)
      get_filename_component(name \"\${unit}\" NAME)
      file(READ \"\${unit}\" text)
      if(NOT CMAKE_INSTALL_PREFIX MATCHES \"/usr$\")
        string(REPLACE \"/usr/bin/dragoman\" \"\${CMAKE_INSTALL_PREFIX}/bin/dragoman\" text \"\${text}\")
      endif()
      set(written \"${CMAKE_BINARY_DIR}/units/${kind}/\${name}\")
      file(WRITE \"\${written}\" \"\${text}\")
      file(INSTALL \"\${written}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/${kind}\")
    endforeach()")
endforeach()

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
      set(folder \"${folder}\")
      if(NOT CMAKE_INSTALL_PREFIX MATCHES \"/usr$\")
        string(REPLACE zsh/vendor-completions zsh/site-functions folder \"\${folder}\")
      endif()
      file(INSTALL \"\${written}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/\${folder}\")
    endif()")
endforeach()

include(cmake/package.cmake)
