# What a list of names for numbers in SQL says (server/store/sql/numbers.list), and, run as a script, a header that
# compiles only if C++ has the same numbers:
#
#   cmake -DOUT=<header> -DNAMESPACE=<name> -DNUMBERS=<list> -P SqlNumbers.cmake

# read_sql_numbers(<list>): sets number_<name> for each name, numbers_checks and numbers_includes.
function(read_sql_numbers list)
  set(checks)
  set(includes)
  file(STRINGS ${list} lines)
  foreach(line IN LISTS lines)
    if(line MATCHES "^#include ")
      string(APPEND includes "${line}\n")
    elseif(line MATCHES "^([a-z_]+\\.[a-z_]+) +([0-9]+) +([A-Za-z0-9_:]+)$")
      set(number_${CMAKE_MATCH_1} ${CMAKE_MATCH_2} PARENT_SCOPE)
      string(APPEND checks
             "static_assert(static_cast<int>(${CMAKE_MATCH_3}) == ${CMAKE_MATCH_2}, \"${CMAKE_MATCH_1}\");\n")
    elseif(NOT line MATCHES "^(--|$)")
      message(FATAL_ERROR "${list}: can't read `${line}`")
    endif()
  endforeach()
  set(numbers_checks "${checks}" PARENT_SCOPE)
  set(numbers_includes "${includes}" PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  read_sql_numbers(${NUMBERS})
  file(WRITE ${OUT} "#pragma once\n${numbers_includes}namespace ${NAMESPACE} {\n${numbers_checks}}  // namespace\n")
endif()
