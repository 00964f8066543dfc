// Where a client stands in the logs of its rooms: what makes every event arrive exactly once.
//
// Takes in what the server says, decides what is new, what is a repetition and what was lost, and
// knows the cursors with which to open the next stream. Where the logs are in another epoch than
// the cursors, numbers prove nothing: the server resets those rooms. Not thread-safe. Free of gRPC
// and clocks.
#ifndef CHATTER_CLIENT_STREAM_RESUME_STATE_H_
#define CHATTER_CLIENT_STREAM_RESUME_STATE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "chatter/client/chat_options.h"
#include "chatter/v1/chat.pb.h"

namespace chatter::client {

class ResumeState {
 public:
  // What `Open` takes. Of more rooms, those that were silent longest are forgotten.
  static constexpr size_t kMaxRooms = 10'000;

  enum class Verdict {
    kNew,       // to be handed on
    kRepeated,  // handed on before: to be dropped
    kGap,       // something before it is missing: open anew
  };

  // Rooms that aren't among `cursors` begin at their heads.
  explicit ResumeState(const Cursors& cursors);

  // The command that opens a stream right after what was seen.
  v1::Open MakeOpen();

  // Takes in the answer to the last MakeOpen(). False: the new stream would miss events of rooms
  // that the client has heard of meanwhile; open anew.
  bool OnOpened(const v1::Opened& opened);

  // Takes in an event. If it takes the user out of its room, it is the last of the room, which is
  // forgotten.
  Verdict OnRoomEvent(const v1::RoomEvent& event);

  void OnReset(const v1::Reset& reset);

  // Compares with what the server says it has sent, in `caught_up` or in a heartbeat. False:
  // something was lost; open anew.
  bool HasAll(const v1::CaughtUp& caught_up);
  bool HasAll(const v1::Heartbeat& heartbeat);

  Cursors cursors() const;

 private:
  struct Position {
    uint64_t seq = 0;
    std::string epoch;         // in which `seq` was seen
    uint64_t last_change = 0;  // by changes_
    uint64_t joined_seq = 0;   // of the last `opened`: removals before it are history
    bool in_open = false;      // whether the last MakeOpen() told the server
    // Whether `seq` took the user out, so that this is no cursor any more. It is kept until the
    // next MakeOpen(): a stream that is being opened may send once more what came before.
    bool left = false;
  };

  // The one epoch that stands for all cursors. Where they are of several, it is an old one, so that
  // the server resets every room, also those for which it need not.
  std::string EpochOfCursors() const;
  // Takes in a room of `opened`. False: the stream would miss events of it.
  bool OnRoomHead(const v1::RoomHead& room);
  bool TakesUserOut(const v1::RoomEvent& event, const Position& position) const;
  Position& SetPosition(const std::string& room_id, uint64_t seq);
  void ForgetMostSilentRoom();

  std::string user_id_;  // as the last `opened` says
  std::string epoch_;    // as the last `opened` that told it
  std::map<std::string, Position> positions_;
  uint64_t changes_ = 0;
  // The last `opened` listed all rooms, so that a room that isn't known must be new.
  bool knows_all_rooms_ = false;
};

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_STREAM_RESUME_STATE_H_
