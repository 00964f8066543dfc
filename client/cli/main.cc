// The program `chatter`.

#include <clocale>
#include <iostream>

#include "client/cli/program.h"

int main(int argc, char** argv) {
  // For the widths of characters; whatever the user's locale, a terminal of today takes UTF-8.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  return chatter::client::cli::RunProgram(argc, argv, std::cout, std::cerr);
}
