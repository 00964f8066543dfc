#include "server/postgres/known_schemas.h"

#include <gtest/gtest.h>

#include <string>

namespace chatter::postgres {
namespace {

TenantKey Key(size_t number) { return {*SchemaName::Parse("t" + std::to_string(number)), number}; }

TEST(KnownSchemasTest, IsBounded) {
  KnownSchemas schemas;
  for (size_t i = 0; i < KnownSchemas::kMax; ++i) schemas.Learn(Key(i), 1);
  schemas.Learn(Key(0), 2);
  EXPECT_EQ(schemas.size(), KnownSchemas::kMax);
  EXPECT_EQ(schemas.Find(Key(0)), 2);
  schemas.Learn(Key(KnownSchemas::kMax), 3);
  EXPECT_EQ(schemas.size(), 1u);
  EXPECT_EQ(schemas.Find(Key(KnownSchemas::kMax)), 3);
}

TEST(KnownSchemasTest, WhatHasBeenLearntSinceIsntForgotten) {
  KnownSchemas schemas;
  schemas.Learn(Key(1), 7);
  schemas.Forget(Key(1), 6);
  EXPECT_EQ(schemas.Find(Key(1)), 7);
  schemas.Forget(Key(1), 7);
  EXPECT_EQ(schemas.Find(Key(1)), std::nullopt);
}

}  // namespace
}  // namespace chatter::postgres
