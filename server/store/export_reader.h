// Reads all of a tenant, a page at a time, in the order of the tables' keys.
//
// Each page is a look of its own: what is written meanwhile may be in a later page or not.
// Thread-safe. The database must outlive the reader. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_EXPORT_READER_H_
#define CHATTER_SERVER_STORE_EXPORT_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/model.h"
#include "server/model/room.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class ExportReader {
 public:
  explicit ExportReader(postgres::TenantDatabases& database) : database_(database) {}

  // Up to `limit` entries after the place. Rooms come without members and messages.
  void Users(const TenantKey& tenant, const std::string& after, int limit, SteadyTime deadline,
             Callback<std::vector<User>> done);
  void Rooms(const TenantKey& tenant, const RoomId& after, int limit, SteadyTime deadline,
             Callback<std::vector<Room>> done);
  void Members(const TenantKey& tenant, const RoomId& after_room, const std::string& after_user,
               int limit, SteadyTime deadline, Callback<std::vector<Member>> done);
  void Events(const TenantKey& tenant, const RoomId& after_room, uint64_t after_seq, int limit,
              SteadyTime deadline, Callback<std::vector<RoomEvent>> done);

 private:
  postgres::TenantDatabases& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_EXPORT_READER_H_
