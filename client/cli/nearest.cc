#include "client/cli/nearest.h"

#include <algorithm>
#include <cstddef>

namespace chatter::client::cli {
namespace {

constexpr size_t kMaxNameLength = 64;  // it takes the product of both lengths
constexpr size_t kMinBeginning = 3;

size_t CountMistakes(std::string_view a, std::string_view b) {
  // rows[i][j]: from the first i letters of a to the first j of b.
  std::vector<std::vector<size_t>> rows(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) rows[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.size()][b.size()];
}

}  // namespace

std::string Nearest(std::string_view typed, const std::vector<std::string>& names) {
  if (typed.size() > kMaxNameLength) return "";
  std::string nearest;
  size_t fewest = (typed.size() + 2) / 3 + 1;
  for (const std::string& name : names) {
    const bool is_beginning = typed.size() >= kMinBeginning && name.starts_with(typed);
    const size_t mistakes = is_beginning ? 1 : CountMistakes(typed, name);
    if (mistakes >= fewest || mistakes >= name.size()) continue;
    nearest = name;
    fewest = mistakes;
  }
  return nearest;
}

}  // namespace chatter::client::cli
