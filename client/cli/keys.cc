#include "client/cli/keys.h"

#include <map>
#include <utility>

#include "absl/strings/str_replace.h"
#include "client/base/utf8.h"

namespace chatter::client::cli {
namespace {

using Kind = Key::Kind;

constexpr char kEscape = '\x1B';
constexpr std::string_view kBeginPaste = "\x1B[200~";
constexpr std::string_view kEndPaste = "\x1B[201~";
constexpr size_t kMaxSequenceBytes = 16;
constexpr std::string_view kReplacement = "\uFFFD";

// As xterm, rxvt, screen, tmux and Linux's console send them, and as Emacs and shells name them.
const Key* FindKey(std::string_view bytes) {
  static const std::map<std::string_view, Key> keys = {
      {"\r", {Kind::kEnter}},
      {"\n", {Kind::kEnter}},
      {"\x1B\r", {Kind::kText, "\n"}},  // Alt-Enter
      {"\x01", {Kind::kHome}},
      {"\x02", {Kind::kLeft}},
      {"\x03", {Kind::kInterrupt}},
      {"\x04", {Kind::kEndOfInput}},
      {"\x05", {Kind::kEnd}},
      {"\x06", {Kind::kRight}},
      {"\b", {Kind::kErase}},
      {"\x0B", {Kind::kEraseToEnd}},
      {"\x0C", {Kind::kRedraw}},
      {"\x0E", {Kind::kDown}},
      {"\x10", {Kind::kUp}},
      {"\x15", {Kind::kEraseLine}},
      {"\x17", {Kind::kEraseWordLeft}},
      {"\x7F", {Kind::kErase}},
      {"\x1B[A", {Kind::kUp}},
      {"\x1BOA", {Kind::kUp}},
      {"\x1B[B", {Kind::kDown}},
      {"\x1BOB", {Kind::kDown}},
      {"\x1B[C", {Kind::kRight}},
      {"\x1BOC", {Kind::kRight}},
      {"\x1B[D", {Kind::kLeft}},
      {"\x1BOD", {Kind::kLeft}},
      {"\x1B[H", {Kind::kHome}},
      {"\x1BOH", {Kind::kHome}},
      {"\x1B[1~", {Kind::kHome}},
      {"\x1B[7~", {Kind::kHome}},
      {"\x1B[F", {Kind::kEnd}},
      {"\x1BOF", {Kind::kEnd}},
      {"\x1B[4~", {Kind::kEnd}},
      {"\x1B[8~", {Kind::kEnd}},
      {"\x1B[3~", {Kind::kDelete}},
      {"\x1B[5~", {Kind::kPageUp}},
      {"\x1B[1;5C", {Kind::kWordRight}},
      {"\x1B[1;3C", {Kind::kWordRight}},
      {"\x1BOc", {Kind::kWordRight}},
      {"\x1B"
       "f",
       {Kind::kWordRight}},
      {"\x1B[1;5D", {Kind::kWordLeft}},
      {"\x1B[1;3D", {Kind::kWordLeft}},
      {"\x1BOd", {Kind::kWordLeft}},
      {"\x1B"
       "b",
       {Kind::kWordLeft}},
      {"\x1B[3;5~", {Kind::kEraseWordRight}},
      {"\x1B"
       "d",
       {Kind::kEraseWordRight}},
      {"\x1B\x7F", {Kind::kEraseWordLeft}},
      {"\x1B\b", {Kind::kEraseWordLeft}},
  };
  const auto found = keys.find(bytes);
  return found == keys.end() ? nullptr : &found->second;
}

bool IsControl(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == '\x7F'; }

// Whether more bytes belong to the character. REQUIRES: !bytes.empty().
bool IsBegun(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes.front());
  const size_t size = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
  return bytes.size() < size;
}

std::string ToUtf8(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const CodePoint point = DecodeFirst(bytes);
    text += point.valid ? bytes.substr(0, point.size) : kReplacement;
    bytes.remove_prefix(point.size);
  }
  return text;
}

// Whether `sequence` is a whole one: ESC and a key, or ESC [ ... or ESC O ... with a letter or ~ at
// its end. Linux's console sends ESC [ [ A for F1.
bool IsWhole(std::string_view sequence) {
  if (sequence.size() < 2) return false;
  if (sequence[1] != '[' && sequence[1] != 'O') return true;
  const char last = sequence.back();
  return sequence.size() > 2 && last >= '@' && last <= '~' && last != '[';
}

}  // namespace

std::vector<Key> KeyReader::Read(std::string_view bytes) {
  std::vector<Key> keys;
  for (const char byte : bytes) Feed(byte, keys);
  return keys;
}

void KeyReader::Feed(char byte, std::vector<Key>& keys) {
  if (pasting_) return FeedPaste(byte, keys);
  if (byte == kEscape) {
    sequence_ = kEscape;
  } else if (!sequence_.empty()) {
    FeedSequence(byte, keys);
  } else if (!IsControl(byte)) {
    FeedCharacter(byte, keys);
  } else if (const Key* key = FindKey({&byte, 1})) {
    keys.push_back(*key);
  }
}

void KeyReader::FeedPaste(char byte, std::vector<Key>& keys) {
  paste_ += byte;
  if (paste_.size() > kMaxPasteBytes + kEndPaste.size()) paste_.erase(kMaxPasteBytes, 1);
  if (!paste_.ends_with(kEndPaste)) return;
  paste_.resize(paste_.size() - kEndPaste.size());
  pasting_ = false;
  const std::string text =
      absl::StrReplaceAll(ToUtf8(std::exchange(paste_, {})), {{"\r\n", "\n"}, {"\r", "\n"}});
  keys.push_back({Kind::kText, text});
}

void KeyReader::FeedSequence(char byte, std::vector<Key>& keys) {
  if (sequence_.size() < kMaxSequenceBytes)
    sequence_ += byte;
  else
    sequence_.back() = byte;
  if (!IsWhole(sequence_)) return;
  pasting_ = sequence_ == kBeginPaste;
  if (const Key* key = FindKey(sequence_)) keys.push_back(*key);
  sequence_.clear();
}

void KeyReader::FeedCharacter(char byte, std::vector<Key>& keys) {
  character_ += byte;
  if (IsBegun(character_)) return;
  keys.push_back({Kind::kText, ToUtf8(std::exchange(character_, {}))});
}

}  // namespace chatter::client::cli
