#include "client/cli/chat_screen.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

constexpr absl::Duration kTypingLasts = absl::Seconds(10);
constexpr size_t kMaxNames = 3;
constexpr char kClearLine[] = "\r\x1B[K";

}  // namespace

ChatScreen::ChatScreen(Terminal terminal) : terminal_(std::move(terminal)) { DrawInput(); }

void ChatScreen::Print(std::string_view line) {
  terminal_.write(absl::StrCat(kClearLine, Sanitize(line), "\n"));
  DrawInput();
}

void ChatScreen::SetInput(const std::string& text) {
  input_ = Sanitize(text);
  DrawInput();
}

void ChatScreen::SetTyping(const std::string& user_id, bool active, SteadyTime now) {
  if (active) {
    typing_[user_id] = now + kTypingLasts;
  } else if (typing_.erase(user_id) == 0) {
    return;
  }
  DrawInput();
}

void ChatScreen::OnTimer(SteadyTime now) {
  if (std::erase_if(typing_, [now](const auto& entry) { return entry.second <= now; }) > 0) {
    DrawInput();
  }
}

SteadyTime ChatScreen::NextDeadline() const {
  SteadyTime deadline = SteadyTime::InfiniteFuture();
  for (const auto& [user_id, until] : typing_) deadline = std::min(deadline, until);
  return deadline;
}

void ChatScreen::Finish() { terminal_.write(kClearLine); }

std::string ChatScreen::Prompt(size_t max_width) const {
  if (typing_.empty()) return "> ";
  std::vector<std::string> names;
  for (const auto& [user_id, until] : typing_) {
    if (names.size() == kMaxNames) {
      names.emplace_back("others");
      break;
    }
    names.push_back(Sanitize(user_id));
  }
  const std::string prompt = absl::StrCat("[", absl::StrJoin(names, ", "),
                                          names.size() == 1 ? " is" : " are", " typing] > ");
  return DisplayWidth(prompt) <= max_width ? prompt : absl::StrCat("[", typing_.size(), "...] > ");
}

// One row, whatever the lengths: the end of the input is what its author looks at.
void ChatScreen::DrawInput() const {
  const size_t width = std::max<size_t>(terminal_.width(), 10) - 1;
  const std::string prompt = Prompt(width / 2);
  const size_t left = width - std::min(width, DisplayWidth(prompt));
  const std::string_view input = SuffixThatFits(input_, left);
  terminal_.write(absl::StrCat(kClearLine, prompt, std::string(input)));
}

}  // namespace chatter::client::cli
