// Text from outside (headers, the database, libraries) on its way into a line of the log.
//
// The log's sink lets no line through without this, so nobody else has to call it for the lines'
// sake. Pure functions.
#ifndef CHATTER_SERVER_BASE_LOG_TEXT_H_
#define CHATTER_SERVER_BASE_LOG_TEXT_H_

#include <string>
#include <string_view>

namespace chatter {

// Whether LogText would leave it as it is: printable ASCII only.
bool IsLogText(std::string_view text);

// The same text with all other bytes as \n, \r, \t or \xNN: it can't begin another line, nor do
// anything to a terminal. Backslashes stay as they are, so this is for reading, not for parsing.
std::string LogText(std::string_view text);

// A field's value in a line of `key=value`: as it is, if it is plain (letters, digits and
// `._:/@+-[]%`), or else escaped and in quotes.
std::string LogField(std::string_view value);

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_LOG_TEXT_H_
