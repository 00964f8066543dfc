#include "client/cli/chat_screen.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

constexpr absl::Duration kTypingLasts = absl::Seconds(10);
constexpr size_t kMaxNames = 3;
constexpr size_t kMaxWaitingRows = 3;
constexpr char kClearToEnd[] = "\r\x1B[J";
constexpr char kSaveCursor[] =
    "\x1B"
    "7";
constexpr char kRestoreCursor[] =
    "\x1B"
    "8";

}  // namespace

ChatScreen::ChatScreen(Terminal terminal) : terminal_(std::move(terminal)) { Draw(); }

void ChatScreen::Print(std::string_view line) { Draw(absl::StrCat(Sanitize(line), "\n")); }

void ChatScreen::SetInput(std::string_view text, size_t cursor) {
  before_cursor_ = Sanitize(text.substr(0, cursor));
  after_cursor_ = Sanitize(text.substr(cursor));
  Draw();
}

void ChatScreen::SetWaiting(const Waiting& texts, bool connected) {
  waiting_.clear();
  waiting_before_ = texts.size() - std::min(texts.size(), kMaxWaitingRows);
  const auto first = std::prev(texts.end(), static_cast<int>(texts.size() - waiting_before_));
  for (auto text = first; text != texts.end(); ++text) waiting_.push_back(text->second);
  connected_ = connected;
  Draw();
}

void ChatScreen::SetTyping(const std::string& user_id, bool active, SteadyTime now) {
  if (active) {
    typing_[user_id] = now + kTypingLasts;
  } else if (typing_.erase(user_id) == 0) {
    return;
  }
  Draw();
}

void ChatScreen::OnTimer(SteadyTime now) {
  if (std::erase_if(typing_, [now](const auto& entry) { return entry.second <= now; }) > 0) {
    Draw();
  }
}

SteadyTime ChatScreen::NextDeadline() const {
  SteadyTime deadline = SteadyTime::InfiniteFuture();
  for (const auto& [user_id, until] : typing_) deadline = std::min(deadline, until);
  return deadline;
}

void ChatScreen::DrawAnew() {
  rows_above_ = 0;
  Draw();
}

void ChatScreen::Finish() {
  terminal_.write(Clear());
  rows_above_ = 0;
}

size_t ChatScreen::MaxWidth() const { return std::max<size_t>(terminal_.width(), 10) - 1; }

std::string ChatScreen::Clear() const {
  const std::string up = rows_above_ > 0 ? absl::StrCat("\x1B[", rows_above_, "A") : "";
  return absl::StrCat(up, kClearToEnd);
}

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

void ChatScreen::Draw(std::string_view printed) {
  const size_t width = MaxWidth();
  std::string drawn = absl::StrCat(Clear(), std::string(printed));
  if (waiting_before_ > 0) absl::StrAppend(&drawn, "… ", waiting_before_, " more\n");
  const std::string_view why = connected_ ? "… " : "… waiting for the connection: ";
  for (const std::string& text : waiting_) {
    absl::StrAppend(&drawn, Shorten(absl::StrCat(std::string(why), text), width), "\n");
  }
  rows_above_ = waiting_.size() + (waiting_before_ > 0 ? 1 : 0);
  terminal_.write(absl::StrCat(drawn, InputRow(width)));
}

// What surrounds the cursor; all, where it fits.
std::string ChatScreen::InputRow(size_t width) const {
  const std::string prompt = Prompt(width / 2);
  const size_t room = width - std::min(width, DisplayWidth(prompt));
  const size_t for_after = std::min(DisplayWidth(after_cursor_), room / 3);
  const std::string_view before = SuffixThatFits(before_cursor_, room - for_after);
  const std::string_view after = PrefixThatFits(after_cursor_, room - DisplayWidth(before));
  std::string row = absl::StrCat(prompt, std::string(before));
  if (after.empty()) return row;
  return absl::StrCat(row, kSaveCursor, std::string(after), kRestoreCursor);
}

}  // namespace chatter::client::cli
