// Compiles only if the names in sql/numbers.list stand for the numbers that C++ has.
#include "server/store/sql_numbers.h"
