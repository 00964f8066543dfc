# What `cmake --install --component middleware` and `... client` put where other projects find it by
# find_package(Chatter): public headers in include/chatter, and the static libraries behind them.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(destination ${CMAKE_INSTALL_LIBDIR}/cmake/Chatter)

# What both need: the component `api`, which comes with either. CMake exports a target that others
# depend on in one place only.
configure_file(${PROJECT_SOURCE_DIR}/cmake/ChatterConfig.cmake.in
  ${PROJECT_BINARY_DIR}/ChatterConfig.cmake COPYONLY)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ChatterConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ChatterConfig.cmake
  ${PROJECT_BINARY_DIR}/ChatterConfigVersion.cmake DESTINATION ${destination} COMPONENT api)
install(TARGETS chatter_grpc chatter_proto EXPORT api-targets COMPONENT api)
install(EXPORT api-targets NAMESPACE Chatter:: DESTINATION ${destination} COMPONENT api)

# chatter_package(<component> <header folder> <target>...): others link Chatter::<component>, which is
# the target chatter_<component>.
function(chatter_package component headers)
  set_target_properties(chatter_${component} PROPERTIES EXPORT_NAME ${component})
  install(TARGETS ${ARGN} EXPORT ${component}-targets COMPONENT ${component})
  install(EXPORT ${component}-targets NAMESPACE Chatter:: DESTINATION ${destination}
    COMPONENT ${component})
  install(DIRECTORY ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT ${component})
  install(CODE "execute_process(COMMAND_ERROR_IS_FATAL ANY COMMAND \"${CMAKE_COMMAND}\" --install
    \"${PROJECT_BINARY_DIR}\" --component api --prefix \"\${CMAKE_INSTALL_PREFIX}\")"
    COMPONENT ${component})
endfunction()
chatter_package(middleware ${PROJECT_SOURCE_DIR}/server/include/chatter
  chatter_middleware chatter_interceptors chatter_config chatter_identity chatter_store
  chatter_postgres chatter_wire chatter_model chatter_base)
chatter_package(client ${PROJECT_SOURCE_DIR}/client/include/chatter
  chatter_client chatter_client_stream chatter_client_calls chatter_client_base)
# The messages of which the client's headers speak.
install(DIRECTORY ${PROJECT_BINARY_DIR}/proto/gen/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT client FILES_MATCHING PATTERN "*.pb.h")
