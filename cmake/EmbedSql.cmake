# Writes a header with the text of SQL files.
#
#   cmake -DOUT=<header> -DNAMESPACE=<name> -DFILES=<file;file...> -DPIECES=<folder;folder...> -DNUMBERS=<list> \
#         -P EmbedSql.cmake
#
# read_events.sql becomes `inline constexpr postgres::TenantSql kReadEvents`, or of another type that says which schema
# its text names (server/postgres/sql_text.h), and stands in `kAll`. Files whose names begin
# with a number are migrations: together, in order, they become `inline constexpr std::string_view
# kMigrations[]`. Comments are left out: PostgreSQL needn't parse them at each call. What stays, as a comment at
# the text's head, is the statement's name and, where the file's comment ends with `Gives: NAME TYPE, ...`, the
# columns of its rows (server/postgres/statement_shape.h). `{{columns}}` stands for the text of columns.sql in one
# of the folders PIECES, which several statements share, and `{room.public}` for a number in the list NUMBERS; neither
# in migrations, which stay as they once were.
include(${CMAKE_CURRENT_LIST_DIR}/SqlNumbers.cmake)
read_sql_numbers(${NUMBERS})

function(strip_comments text out)
  string(REGEX REPLACE "(^|\n) *--[^\n]*" "" text "${text}")
  string(STRIP "${text}" text)
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

# The type that says which schema the statement names.
function(type_of text out)
  string(REGEX REPLACE "'[^']*'" "''" text "${text}")
  set(type AnySql)
  if(text MATCHES "{schema}[.]")
    set(type TenantSql)
  endif()
  if(text MATCHES "(^|[^a-zA-Z_])chatter[.]")
    if(type STREQUAL "TenantSql")
      message(FATAL_ERROR "A statement names the control schema and a tenant's: ${text}")
    endif()
    set(type ControlSql)
  endif()
  set(${out} ::chatter::postgres::${type} PARENT_SCOPE)
endfunction()

set(body)
set(all)
set(migrations)
list(SORT FILES)
foreach(file IN LISTS FILES)
  get_filename_component(stem ${file} NAME_WE)
  file(READ ${file} text)
  if(stem MATCHES "^[0-9]+_")
    string(APPEND migrations "    R\"sql(${text})sql\",\n")
  else()
    set(gives)
    if(text MATCHES "(^|\n)-- Gives: ([^\n]*(\n--[^\n]*)*)")
      string(REGEX REPLACE "[ \n]+(--)?[ ]*" " " gives ": ${CMAKE_MATCH_2}")
    endif()
    strip_comments("${text}" text)
    set(text "/*${stem}${gives}*/ ${text}")
    while(text MATCHES "{{([a-z_]+)}}")
      set(piece ${CMAKE_MATCH_1})
      find_file(path ${piece}.sql PATHS ${PIECES} NO_DEFAULT_PATH NO_CACHE REQUIRED)
      file(READ ${path} content)
      unset(path)
      strip_comments("${content}" content)
      string(REPLACE "{{${piece}}}" "${content}" text "${text}")
    endwhile()
    while(text MATCHES "{([A-Za-z_]+\\.[A-Za-z0-9_]+)}")
      if(NOT DEFINED number_${CMAKE_MATCH_1})
        message(FATAL_ERROR "${file}: {${CMAKE_MATCH_1}} isn't in ${NUMBERS}")
      endif()
      string(REPLACE "{${CMAKE_MATCH_1}}" "${number_${CMAKE_MATCH_1}}" text "${text}")
    endwhile()
    string(REPLACE "_" ";" words ${stem})
    set(name k)
    foreach(word IN LISTS words)
      string(SUBSTRING ${word} 0 1 first)
      string(SUBSTRING ${word} 1 -1 rest)
      string(TOUPPER ${first} first)
      string(APPEND name ${first}${rest})
    endforeach()
    type_of("${text}" type)
    # An array with a name has one address in the whole program, which a literal needn't have.
    string(APPEND body "inline constexpr char ${name}Text[] =\n    R\"sql(${text})sql\";\n"
                       "inline constexpr ${type} ${name}{${name}Text};\n")
    string(APPEND all "${name}, ")
  endif()
endforeach()
string(APPEND body "inline constexpr std::string_view kAll[] = {${all}};\n")
if(migrations)
  set(body "inline constexpr std::string_view kMigrations[] = {\n${migrations}};\n")
endif()
file(WRITE ${OUT}
     "#pragma once\n#include <string_view>\n#include \"server/postgres/sql_text.h\"\nnamespace ${NAMESPACE} {\n${body}}  // namespace\n")
