#include "server/wire/bad_text.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "chatter/v1/chat.pb.h"
#include "server/base/text.h"
#include "server/model/errors.h"

namespace chatter::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr int kMaxDepth = 100;  // Protobuf's own
constexpr size_t kMaxNamedKeyBytes = 64;

bool IsNameable(std::string_view key) {
  return !key.empty() && key.size() <= kMaxNamedKeyBytes && !HasControlCharacters(key);
}

// Whether a field that came with `tag` holds text, or may do so further down.
bool MayHoldText(const FieldDescriptor* field, uint32_t tag) {
  return field != nullptr &&
         WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED &&
         (field->type() == FieldDescriptor::TYPE_STRING ||
          field->type() == FieldDescriptor::TYPE_MESSAGE);
}

// The paths of the fields of one message, in the order in which they come.
class Paths {
 public:
  Paths(const Descriptor& type, std::string path)
      : is_map_entry_(type.options().map_entry()), path_(std::move(path)), value_path_(path_) {}

  std::string Next(const FieldDescriptor& field) {
    if (is_map_entry_) return IsKey(field) ? path_ : value_path_;
    std::string path = absl::StrCat(path_, path_.empty() ? "" : ".", field.name());
    if (field.is_repeated() && !field.is_map()) {
      absl::StrAppend(&path, "[", counts_[field.number()]++, "]");
    }
    return path;
  }

  // To be told of each text that is UTF-8.
  void OnText(const FieldDescriptor& field, std::string_view text) {
    if (!is_map_entry_ || !IsKey(field)) return;
    const absl::string_view key(text.data(), text.size());
    value_path_ = IsNameable(text) ? absl::StrCat(path_, "[\"", key, "\"]") : path_;
  }

 private:
  static bool IsKey(const FieldDescriptor& field) { return field.number() == 1; }

  const bool is_map_entry_;
  const std::string path_;  // the message's
  std::string value_path_;  // of a map entry
  absl::flat_hash_map<int, int> counts_;
};

class BadTextReplacer {
 public:
  BadTextReplacer(std::string& bytes, absl::FunctionRef<void(std::string_view path)> found)
      : bytes_(bytes),
        input_(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size())),
        found_(found) {
    input_.PushLimit(static_cast<int>(bytes.size()));
  }

  // Reads up to the input's limit. False: that isn't a message.
  bool ReadMessage(const Descriptor& type, std::string path, int depth) {
    if (depth > kMaxDepth) return false;
    Paths paths(type, std::move(path));
    while (const uint32_t tag = input_.ReadTag()) {
      const auto* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
      const bool read = MayHoldText(field, tag) ? ReadField(*field, paths, depth)
                                                : WireFormatLite::SkipField(&input_, tag);
      if (!read) return false;
    }
    return input_.BytesUntilLimit() == 0;
  }

 private:
  bool ReadField(const FieldDescriptor& field, Paths& paths, int depth) {
    int size = 0;
    if (!input_.ReadVarintSizeAsInt(&size) || size > input_.BytesUntilLimit()) return false;
    std::string path = paths.Next(field);
    if (field.type() == FieldDescriptor::TYPE_STRING) {
      char* const begin = bytes_.data() + input_.CurrentPosition();
      const std::string_view text(begin, static_cast<size_t>(size));
      if (IsUtf8(text)) {
        paths.OnText(field, text);
      } else {
        std::fill_n(begin, size, '?');
        found_(path);
      }
      return input_.Skip(size);
    }
    const CodedInputStream::Limit limit = input_.PushLimit(size);
    const bool read = ReadMessage(*field.message_type(), std::move(path), depth + 1);
    input_.PopLimit(limit);
    return read;
  }

  std::string& bytes_;  // what `input_` reads, too
  CodedInputStream input_;
  const absl::FunctionRef<void(std::string_view path)> found_;
};

absl::Status MalformedError(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_MALFORMED_REQUEST, message);
}

// As the rules name the fields of a stream's commands: without the command, but for `open`.
std::string_view WithoutCommand(const Descriptor& type, std::string_view path) {
  if (&type != v1::ChatRequest::descriptor() || path.starts_with("open.")) return path;
  return path.substr(path.find('.') + 1);  // all of it, where there is none
}

}  // namespace

void ReplaceBadText(const Descriptor& type, std::string& bytes,
                    absl::FunctionRef<void(std::string_view path)> found) {
  BadTextReplacer(bytes, found).ReadMessage(type, "", 1);
}

absl::Status UnreadableError(std::string bytes, google::protobuf::Message& request,
                             std::string_view needed) {
  const Descriptor& type = *request.GetDescriptor();
  FieldViolations violations;
  bool is_needed = false;
  ReplaceBadText(type, bytes, [&](std::string_view path) {
    violations.Add(WithoutCommand(type, path),
                   "must be UTF-8 text: cut strings between characters, not within");
    is_needed |= path == needed;
  });
  if (violations.empty() || !request.ParseFromString(bytes)) {
    return MalformedError(absl::StrCat("The bytes aren't a ", type.full_name(), "."));
  }
  if (is_needed) {
    return MalformedError(absl::StrCat("The ", std::string(needed), " of a ", type.full_name(),
                                       " isn't UTF-8 text, so it can't be answered."));
  }
  return violations.ToStatus();
}

absl::Status UnreadableError(std::string bytes, const Descriptor& type) {
  const std::unique_ptr<google::protobuf::Message> request(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
  return UnreadableError(std::move(bytes), *request);
}

}  // namespace chatter::wire
