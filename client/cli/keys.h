// What a terminal sends, key by key.
//
// Not thread-safe. Knows nothing of what a key does. Asks for bracketed paste: without, a terminal
// sends the lines of a pasted text as if they were typed.
#ifndef CHATTER_CLIENT_CLI_KEYS_H_
#define CHATTER_CLIENT_CLI_KEYS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chatter::client::cli {

struct Key {
  enum class Kind {
    kText,  // a character, or all that was pasted at once, with "\n" at the ends of its lines
    kEnter,
    kLeft,
    kRight,
    kWordLeft,
    kWordRight,
    kHome,
    kEnd,
    kUp,
    kDown,
    kPageUp,
    kErase,  // backspace
    kDelete,
    kEraseWordLeft,
    kEraseWordRight,
    kEraseToEnd,
    kEraseLine,
    kRedraw,      // Ctrl-L
    kInterrupt,   // Ctrl-C
    kEndOfInput,  // Ctrl-D
  };

  Kind kind;
  std::string text = {};  // of kText: UTF-8, what wasn't is U+FFFD

  bool operator==(const Key&) const = default;
};

class KeyReader {
 public:
  // What is pasted beyond this is dropped: it is more than any message may have.
  static constexpr size_t kMaxPasteBytes = 65'536;

  // The keys that these bytes complete. Those that nobody has a use for are left out.
  std::vector<Key> Read(std::string_view bytes);

 private:
  void Feed(char byte, std::vector<Key>& keys);
  void FeedPaste(char byte, std::vector<Key>& keys);
  void FeedSequence(char byte, std::vector<Key>& keys);
  void FeedCharacter(char byte, std::vector<Key>& keys);

  std::string character_;  // the bytes so far of one
  std::string sequence_;   // of the control sequence so far, with its ESC
  std::string paste_;      // so far
  bool pasting_ = false;
};

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_KEYS_H_
