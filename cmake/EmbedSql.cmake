# Writes a header with the text of SQL files.
#
#   cmake -DOUT=<header> -DNAMESPACE=<name> -DFILES=<file;file...> -P EmbedSql.cmake
#
# read_events.sql becomes `inline constexpr std::string_view kReadEvents`. Files whose names begin
# with a number are migrations: together, in order, they become `inline constexpr std::string_view
# kMigrations[]`. Comments are left out: PostgreSQL needn't parse them at each call. `{{columns}}` stands for
# the text of pieces/columns.sql, which several statements share.
function(strip_comments text out)
  string(REGEX REPLACE "(^|\n)--[^\n]*" "" text "${text}")
  string(STRIP "${text}" text)
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(body)
set(migrations)
list(SORT FILES)
foreach(file IN LISTS FILES)
  get_filename_component(stem ${file} NAME_WE)
  file(READ ${file} text)
  if(stem MATCHES "^[0-9]+_")
    string(APPEND migrations "    R\"sql(${text})sql\",\n")
  else()
    strip_comments("${text}" text)
    get_filename_component(folder ${file} DIRECTORY)
    while(text MATCHES "{{([a-z_]+)}}")
      set(piece ${CMAKE_MATCH_1})
      file(READ ${folder}/pieces/${piece}.sql content)
      strip_comments("${content}" content)
      string(REPLACE "{{${piece}}}" "${content}" text "${text}")
    endwhile()
    string(REPLACE "_" ";" words ${stem})
    set(name k)
    foreach(word IN LISTS words)
      string(SUBSTRING ${word} 0 1 first)
      string(SUBSTRING ${word} 1 -1 rest)
      string(TOUPPER ${first} first)
      string(APPEND name ${first}${rest})
    endforeach()
    string(APPEND body "inline constexpr std::string_view ${name} =\n    R\"sql(${text})sql\";\n")
  endif()
endforeach()
if(migrations)
  set(body "inline constexpr std::string_view kMigrations[] = {\n${migrations}};\n")
endif()
file(WRITE ${OUT}
     "#pragma once\n#include <string_view>\nnamespace ${NAMESPACE} {\n${body}}  // namespace\n")
