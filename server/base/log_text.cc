#include "server/base/log_text.h"

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace chatter {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

bool IsPrintable(char c) { return c >= ' ' && c <= '~'; }

constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (const char c :
       std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "._:/@+-[]%")) {
    plain[static_cast<unsigned char>(c)] = true;
  }
  return plain;
}();

bool IsPlain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

void AppendEscaped(char c, std::string& out) {
  out.push_back('\\');
  switch (c) {
    case '\n':
      out.push_back('n');
      break;
    case '\r':
      out.push_back('r');
      break;
    case '\t':
      out.push_back('t');
      break;
    default: {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('x');
      out.push_back(kHexDigits[byte >> 4]);
      out.push_back(kHexDigits[byte & 0xf]);
    }
  }
}

}  // namespace

bool IsLogText(std::string_view text) { return std::all_of(text.begin(), text.end(), IsPrintable); }

std::string LogText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (IsPrintable(c)) {
      out.push_back(c);
    } else {
      AppendEscaped(c, out);
    }
  }
  return out;
}

std::string LogField(std::string_view value) {
  if (std::all_of(value.begin(), value.end(), IsPlain)) return std::string(value);
  return absl::StrCat("\"", absl::CHexEscape({value.data(), value.size()}), "\"");
}

}  // namespace chatter
