// For statements whose rows are places in an array that they were given.
#ifndef CHATTER_SERVER_POSTGRES_PLACES_H_
#define CHATTER_SERVER_POSTGRES_PLACES_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "common/steady_time.h"
#include "server/postgres/databases.h"

namespace chatter::postgres {

// Runs the statement, which counts the places from 1; answers with them counted from 0.
inline void FindPlaces(TenantDatabases& databases, TenantStatement statement, SteadyTime deadline,
                       Callback<std::vector<size_t>> done) {
  RunOne(databases, std::move(statement), deadline, kIdempotent,
         Then(std::move(done), [](const Rows& rows, auto& answer) {
           std::vector<size_t> places;
           for (int row = 0; row < rows.size(); ++row) {
             places.push_back(static_cast<size_t>(rows.GetInt(row, 0)) - 1);
           }
           answer(std::move(places));
         }));
}

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_PLACES_H_
