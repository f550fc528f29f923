# The units inside the program, for `dragoman service install`: the very files that the packages install.
set(DRAGOMAN_UNITS ${CMAKE_SOURCE_DIR}/packaging/systemd)
file(READ ${DRAGOMAN_UNITS}/user/dragoman.service DRAGOMAN_USER_UNIT)
file(READ ${DRAGOMAN_UNITS}/system/dragoman.service DRAGOMAN_SYSTEM_UNIT)
configure_file(${DRAGOMAN_UNITS}/units.cpp.in ${CMAKE_BINARY_DIR}/units.cpp @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${DRAGOMAN_UNITS}/user/dragoman.service ${DRAGOMAN_UNITS}/system/dragoman.service)
target_sources(dragoman_cli PRIVATE ${CMAKE_BINARY_DIR}/units.cpp)
