# What `cmake --install` puts where other projects find it by find_package(Chatter): the middleware,
# its three headers in include/chatter, and the static libraries behind it.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(destination ${CMAKE_INSTALL_LIBDIR}/cmake/Chatter)
set_target_properties(chatter_middleware PROPERTIES EXPORT_NAME middleware)
install(TARGETS chatter_middleware chatter_interceptors chatter_config chatter_identity chatter_store
  chatter_postgres chatter_wire chatter_model chatter_base chatter_grpc chatter_proto
  EXPORT ChatterTargets COMPONENT middleware)
install(EXPORT ChatterTargets NAMESPACE Chatter:: DESTINATION ${destination} COMPONENT middleware)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/server/include/chatter
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT middleware)
configure_file(${PROJECT_SOURCE_DIR}/cmake/ChatterConfig.cmake.in
  ${PROJECT_BINARY_DIR}/ChatterConfig.cmake COPYONLY)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ChatterConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ChatterConfig.cmake
  ${PROJECT_BINARY_DIR}/ChatterConfigVersion.cmake DESTINATION ${destination} COMPONENT middleware)
