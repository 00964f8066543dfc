#include "server/model/timestamps.h"

#include <cstdint>

namespace chatter {
namespace {

// Of the years 1 and 9999.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;
constexpr int32_t kNanosPerSecond = 1'000'000'000;

}  // namespace

absl::Time ParseTime(std::string_view field, const google::protobuf::Timestamp& time,
                     FieldViolations& violations) {
  if (time.seconds() < kFirstSecond || time.seconds() > kLastSecond || time.nanos() < 0 ||
      time.nanos() >= kNanosPerSecond) {
    violations.Add(field, "must be in the years 1 to 9999");
  }
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace chatter
