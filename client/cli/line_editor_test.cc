#include "client/cli/line_editor.h"

#include <gtest/gtest.h>

#include <string_view>

namespace chatter::client::cli {
namespace {

using Result = LineEditor::Result;

Result Type(LineEditor& editor, std::string_view bytes) {
  Result result = Result::kNothing;
  for (const char byte : bytes) result = editor.Feed(byte);
  return result;
}

TEST(LineEditorTest, TakesTextAndEnter) {
  LineEditor editor;
  EXPECT_EQ(Type(editor, "hello"), Result::kChanged);
  EXPECT_EQ(Type(editor, "\r"), Result::kSubmit);
  EXPECT_EQ(editor.TakeLine(), "hello");
  EXPECT_EQ(editor.text(), "");
}

TEST(LineEditorTest, BackspaceTakesAWholeCharacter) {
  LineEditor editor;
  Type(editor, "aé😀");
  EXPECT_EQ(Type(editor, "\x7F"), Result::kChanged);
  EXPECT_EQ(editor.text(), "aé");
  Type(editor, "\b");
  EXPECT_EQ(editor.text(), "a");
  Type(editor, "\x7F\x7F\x7F");
  EXPECT_EQ(editor.text(), "");
}

TEST(LineEditorTest, HalfACharacterIsNotShown) {
  LineEditor editor;
  EXPECT_EQ(editor.Feed('\xC3'), Result::kNothing);
  EXPECT_EQ(editor.Feed('\xA9'), Result::kChanged);
  EXPECT_EQ(editor.text(), "é");
}

TEST(LineEditorTest, CtrlUEmptiesTheLine) {
  LineEditor editor;
  Type(editor, "hello\x15");
  EXPECT_EQ(editor.text(), "");
}

TEST(LineEditorTest, CtrlCQuitsAndCtrlDOnAnEmptyLine) {
  LineEditor editor;
  EXPECT_EQ(Type(editor, "\x04"), Result::kQuit);
  EXPECT_EQ(Type(editor, "a\x04"), Result::kNothing);
  EXPECT_EQ(Type(editor, "\x03"), Result::kQuit);
}

TEST(LineEditorTest, OtherKeysDoNotEndUpInTheText) {
  LineEditor editor;
  Type(editor, "a\x1B[A\x1B[1;5C\x1BOP\x1B[3~\x1Bx\x01\tb");
  EXPECT_EQ(editor.text(), "ab");
}

TEST(LineEditorTest, TheLengthIsBounded) {
  LineEditor editor;
  Type(editor, std::string(LineEditor::kMaxBytes + 10, 'x'));
  EXPECT_EQ(editor.text().size(), LineEditor::kMaxBytes);
}

}  // namespace
}  // namespace chatter::client::cli
