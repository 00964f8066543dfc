#include "server/model/field_mask.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace chatter {
namespace {

using google::protobuf::Message;

bool IsSet(const Message& holder, std::string_view path) {
  const size_t dot = path.find('.');
  const auto* const field =
      holder.GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  const google::protobuf::Reflection& reflection = *holder.GetReflection();
  if (field->is_repeated()) return reflection.FieldSize(holder, field) > 0;
  if (!reflection.HasField(holder, field)) return false;
  return dot == std::string_view::npos ||
         IsSet(reflection.GetMessage(holder, field), path.substr(dot + 1));
}

}  // namespace

std::vector<std::string> ParseUpdateMask(const Message& holder,
                                         const std::vector<std::string>& mask,
                                         std::initializer_list<std::string_view> fields,
                                         FieldViolations& violations) {
  const std::vector<std::string> all(fields.begin(), fields.end());
  const std::string choice = absl::StrCat("`", absl::StrJoin(all, "`, `"), "`");
  if (mask.size() == 1 && mask[0] == "*") return all;
  std::vector<std::string> named;
  if (mask.empty()) {
    for (const std::string& field : all) {
      if (IsSet(holder, field)) named.push_back(field);
    }
    if (named.empty()) violations.Add("update_mask", absl::StrCat("must name one of ", choice));
    return named;
  }
  for (const std::string& path : mask) {
    if (std::find(all.begin(), all.end(), path) == all.end()) {
      violations.Add("update_mask", absl::StrCat("may name ", choice, ", or be `*`"));
      return {};
    }
    named.push_back(path);
  }
  return named;
}

}  // namespace chatter
