# Completions, as the program itself prints them, and the manual page.
set(completions ${CMAKE_BINARY_DIR}/completions)
add_custom_command(TARGET dragoman POST_BUILD
  COMMAND ${CMAKE_COMMAND} -E make_directory ${completions}
  COMMAND $<TARGET_FILE:dragoman> completion bash > ${completions}/dragoman
  COMMAND $<TARGET_FILE:dragoman> completion zsh > ${completions}/_dragoman
  COMMAND $<TARGET_FILE:dragoman> completion fish > ${completions}/dragoman.fish
  VERBATIM)
install(FILES ${completions}/dragoman DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${completions}/_dragoman DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${completions}/dragoman.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${CMAKE_SOURCE_DIR}/docs/man/dragoman.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
