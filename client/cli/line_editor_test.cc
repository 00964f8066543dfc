#include "client/cli/line_editor.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace chatter::client::cli {
namespace {

using Kind = Key::Kind;
using Result = LineEditor::Result;

class LineEditorTest : public testing::Test {
 protected:
  Result Press(Kind kind) { return editor_.Press({kind}); }
  Result Type(std::string_view text) { return editor_.Press({Kind::kText, std::string(text)}); }
  void Enter(std::string_view text) {
    Type(text);
    editor_.TakeLine();
  }

  // The text with | for the cursor.
  std::string Shown() const {
    std::string text = editor_.text();
    return text.insert(editor_.cursor(), "|");
  }

  LineEditor editor_;
};

TEST_F(LineEditorTest, TakesTextAtTheCursor) {
  EXPECT_EQ(Type("hllo"), Result::kChanged);
  Press(Kind::kHome);
  Press(Kind::kRight);
  Type("e");
  EXPECT_EQ(Shown(), "he|llo");
  Press(Kind::kEnd);
  EXPECT_EQ(Shown(), "hello|");
  EXPECT_EQ(editor_.TakeLine(), "hello");
  EXPECT_EQ(Shown(), "|");
}

TEST_F(LineEditorTest, TheCursorStaysWithinTheText) {
  Type("a");
  Press(Kind::kRight);
  EXPECT_EQ(Shown(), "a|");
  Press(Kind::kDelete);
  EXPECT_EQ(Shown(), "a|");
  Press(Kind::kLeft);
  Press(Kind::kLeft);
  Press(Kind::kErase);
  EXPECT_EQ(Shown(), "|a");
}

TEST_F(LineEditorTest, GoesAndErasesByWhatPeopleTakeForACharacter) {
  for (const char* character :
       {"é", "e\u0301", "👨‍👩‍👧", "🇩🇪", "👍🏽", "❤️", "世"}) {
    Type("x");
    Type(character);
    Press(Kind::kLeft);
    EXPECT_EQ(Shown(), "x|" + std::string(character));
    Press(Kind::kDelete);
    EXPECT_EQ(Shown(), "x|");
    Type(character);
    Press(Kind::kErase);
    EXPECT_EQ(Shown(), "x|");
    Press(Kind::kErase);
    EXPECT_EQ(Shown(), "|");
  }
}

TEST_F(LineEditorTest, OneFlagOfTwoIsErased) {
  Type("🇩🇪🇫🇷");
  Press(Kind::kErase);
  EXPECT_EQ(Shown(), "🇩🇪|");
}

TEST_F(LineEditorTest, GoesAndErasesByWords) {
  Type("one, two  three");
  Press(Kind::kWordLeft);
  EXPECT_EQ(Shown(), "one, two  |three");
  Press(Kind::kWordLeft);
  EXPECT_EQ(Shown(), "one, |two  three");
  Press(Kind::kEraseWordLeft);
  EXPECT_EQ(Shown(), "|two  three");
  Press(Kind::kWordRight);
  EXPECT_EQ(Shown(), "two|  three");
  Press(Kind::kEraseWordRight);
  EXPECT_EQ(Shown(), "two|");
  Press(Kind::kWordLeft);
  Press(Kind::kWordLeft);
  EXPECT_EQ(Shown(), "|two");
}

TEST_F(LineEditorTest, ErasesToTheEndOrAll) {
  Type("abcd");
  Press(Kind::kLeft);
  Press(Kind::kLeft);
  Press(Kind::kEraseToEnd);
  EXPECT_EQ(Shown(), "ab|");
  Press(Kind::kLeft);
  Press(Kind::kEraseLine);
  EXPECT_EQ(Shown(), "|");
}

TEST_F(LineEditorTest, UpAndDownBringBackWhatWasTyped) {
  EXPECT_EQ(Press(Kind::kUp), Result::kNothing);
  Enter("first");
  Enter("second");
  Enter("second");  // is there once
  Type("new");
  EXPECT_EQ(Press(Kind::kUp), Result::kChanged);
  EXPECT_EQ(Shown(), "second|");
  Press(Kind::kUp);
  EXPECT_EQ(Shown(), "first|");
  EXPECT_EQ(Press(Kind::kUp), Result::kNothing);
  Press(Kind::kDown);
  Press(Kind::kDown);
  EXPECT_EQ(Shown(), "new|");
  EXPECT_EQ(Press(Kind::kDown), Result::kNothing);
}

TEST_F(LineEditorTest, WhatWasTypedIsForgottenInTheEnd) {
  for (size_t i = 0; i <= LineEditor::kMaxHistory; ++i) Enter(std::to_string(i));
  for (size_t i = 0; i <= LineEditor::kMaxHistory; ++i) Press(Kind::kUp);
  EXPECT_EQ(Shown(), "1|");
}

TEST_F(LineEditorTest, WhatDoesNotFitIsNotTakenInPart) {
  Type(std::string(LineEditor::kMaxBytes - 1, 'x'));
  EXPECT_EQ(Type("é"), Result::kFull);
  EXPECT_EQ(Type("é and more"), Result::kFull);
  EXPECT_EQ(editor_.text().size(), LineEditor::kMaxBytes - 1);
  EXPECT_EQ(Type("x"), Result::kChanged);
}

TEST_F(LineEditorTest, OtherKeysDoNothing) {
  Type("a");
  for (const Kind kind : {Kind::kEnter, Kind::kInterrupt, Kind::kEndOfInput, Kind::kPageUp}) {
    EXPECT_EQ(Press(kind), Result::kNothing);
  }
  EXPECT_EQ(Shown(), "a|");
}

}  // namespace
}  // namespace chatter::client::cli
