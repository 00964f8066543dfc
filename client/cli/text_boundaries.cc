#include "client/cli/text_boundaries.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <cstdlib>
#include <memory>

namespace chatter::client::cli {
namespace {

using Make = icu::BreakIterator* (*)(const icu::Locale&, UErrorCode&);

// A BreakIterator at the beginning of a text, which it refers to.
class Breaks {
 public:
  Breaks(Make make, std::string_view text) {
    UErrorCode error = U_ZERO_ERROR;
    iterator_.reset(make(icu::Locale::getRoot(), error));
    text_ = utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &error);
    if (U_SUCCESS(error)) iterator_->setText(text_, error);
    if (U_FAILURE(error)) std::abort();
  }
  ~Breaks() { utext_close(text_); }
  Breaks(const Breaks&) = delete;
  Breaks& operator=(const Breaks&) = delete;

  icu::BreakIterator* operator->() { return iterator_.get(); }

 private:
  std::unique_ptr<icu::BreakIterator> iterator_;
  UText* text_;
};

}  // namespace

std::vector<size_t> CharacterBoundaries(std::string_view text) {
  Breaks breaks(icu::BreakIterator::createCharacterInstance, text);
  std::vector<size_t> boundaries;
  for (int32_t at = breaks->first(); at != icu::BreakIterator::DONE; at = breaks->next()) {
    boundaries.push_back(static_cast<size_t>(at));
  }
  return boundaries;
}

std::vector<Word> Words(std::string_view text) {
  Breaks breaks(icu::BreakIterator::createWordInstance, text);
  std::vector<Word> words;
  int32_t begin = breaks->first();
  for (int32_t end = breaks->next(); end != icu::BreakIterator::DONE; end = breaks->next()) {
    if (breaks->getRuleStatus() >= UBRK_WORD_NONE_LIMIT) {
      words.push_back({static_cast<size_t>(begin), static_cast<size_t>(end)});
    }
    begin = end;
  }
  return words;
}

}  // namespace chatter::client::cli
