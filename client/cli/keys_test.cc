#include "client/cli/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace chatter::client::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Key::Kind;

Key Text(std::string text) { return {Kind::kText, std::move(text)}; }

TEST(KeyReaderTest, TextComesCharacterByCharacter) {
  KeyReader keys;
  EXPECT_THAT(keys.Read("aé😀"), ElementsAre(Text("a"), Text("é"), Text("😀")));
}

TEST(KeyReaderTest, BytesMayComeOneByOne) {
  KeyReader keys;
  EXPECT_THAT(keys.Read("\xC3"), IsEmpty());
  EXPECT_THAT(keys.Read("\xA9"), ElementsAre(Text("é")));
  EXPECT_THAT(keys.Read("\x1B"), IsEmpty());
  EXPECT_THAT(keys.Read("["), IsEmpty());
  EXPECT_THAT(keys.Read("D"), ElementsAre(Key{Kind::kLeft}));
}

TEST(KeyReaderTest, WhatIsNotUtf8IsReplaced) {
  KeyReader keys;
  EXPECT_THAT(keys.Read("\x80"), ElementsAre(Text("\uFFFD")));
  EXPECT_THAT(keys.Read("\xC3(b"), ElementsAre(Text("\uFFFD("), Text("b")));
}

TEST(KeyReaderTest, KnowsTheKeysOfSeveralTerminals) {
  KeyReader keys;
  EXPECT_THAT(keys.Read("\x1B[D\x1BOD\x02"),
              ElementsAre(Key{Kind::kLeft}, Key{Kind::kLeft}, Key{Kind::kLeft}));
  EXPECT_THAT(keys.Read("\x1B[H\x1BOH\x1B[1~\x1B[7~"),
              ElementsAre(Key{Kind::kHome}, Key{Kind::kHome}, Key{Kind::kHome}, Key{Kind::kHome}));
  EXPECT_THAT(keys.Read("\x1B[1;5D\x1B[1;3C\x1B"
                        "b"),
              ElementsAre(Key{Kind::kWordLeft}, Key{Kind::kWordRight}, Key{Kind::kWordLeft}));
  EXPECT_THAT(keys.Read("\r\x7F\b\x1B[3~\x1B[5~"),
              ElementsAre(Key{Kind::kEnter}, Key{Kind::kErase}, Key{Kind::kErase},
                          Key{Kind::kDelete}, Key{Kind::kPageUp}));
  EXPECT_THAT(keys.Read("\x03\x04"), ElementsAre(Key{Kind::kInterrupt}, Key{Kind::kEndOfInput}));
}

TEST(KeyReaderTest, OtherKeysDoNotEndUpInTheText) {
  KeyReader keys;
  EXPECT_THAT(keys.Read("\x1B[1;2P\x1BOP\x1B[15~\x1B[[A\x1Bx\t\x1B[<0;1;1M"), IsEmpty());
  EXPECT_THAT(keys.Read("\x1B[" + std::string(100, '0') + "~a"), ElementsAre(Text("a")));
}

TEST(KeyReaderTest, APasteIsOneTextHoweverManyLinesItHas) {
  KeyReader keys;
  EXPECT_THAT(keys.Read("\x1B[200~one\rtwo\r\nthree\n"), IsEmpty());
  EXPECT_THAT(keys.Read("\x1B[D\x03\x1B[20"), IsEmpty());
  EXPECT_THAT(keys.Read("1~x"), ElementsAre(Text("one\ntwo\nthree\n\x1B[D\x03"), Text("x")));
}

TEST(KeyReaderTest, AltEnterBeginsALine) {
  KeyReader keys;
  EXPECT_THAT(keys.Read("\x1B\r"), ElementsAre(Text("\n")));
}

TEST(KeyReaderTest, APasteIsBounded) {
  KeyReader keys;
  const std::string paste(2 * KeyReader::kMaxPasteBytes, 'x');
  EXPECT_THAT(keys.Read("\x1B[200~" + paste + "\x1B[201~"),
              ElementsAre(Text(std::string(KeyReader::kMaxPasteBytes, 'x'))));
}

}  // namespace
}  // namespace chatter::client::cli
