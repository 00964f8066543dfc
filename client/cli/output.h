// How results are shown.
#ifndef CHATTER_CLIENT_CLI_OUTPUT_H_
#define CHATTER_CLIENT_CLI_OUTPUT_H_

#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "chatter/v1/room.pb.h"

namespace chatter::client::cli {

// One line, with the field names of the .proto files. Errors: INTERNAL.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);

// ToJson() and a line feed, flushed.
absl::Status PrintJson(const google::protobuf::Message& message, std::ostream& out);

// Local time, to the second; empty: unset.
std::string FormatTime(const google::protobuf::Timestamp& timestamp);

// `sender: text`, or what else somebody did. Not yet fit for a terminal.
std::string EventText(const v1::RoomEvent& event);
// `sender: text`, and what has become of it. Not yet fit for a terminal.
std::string MessageText(const v1::Message& message);

// `seq  time  sender: text`, fit for a terminal, without a line feed.
std::string FormatEvent(const v1::RoomEvent& event);
std::string FormatMessage(const v1::Message& message);
std::string FormatEdit(const v1::MessageEdit& edit);

void PrintMessages(const google::protobuf::RepeatedPtrField<v1::Message>& messages,
                   std::ostream& out);

// Columns as wide as their widest cell. Cells are made fit for a terminal.
class Table {
 public:
  explicit Table(std::vector<std::string> header) { AddRow(std::move(header)); }

  void AddRow(std::vector<std::string> cells);
  void Print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_OUTPUT_H_
