#include "server/store/search_reader.h"

#include <utility>

#include "common/steady_time.h"
#include "server/model/errors.h"
#include "server/postgres/databases.h"
#include "server/store/highlights.h"
#include "server/store/room_rows.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

using Found = SearchReader::Found;
using Query = SearchReader::Query;

absl::Status TooBroadError() {
  return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_SEARCH_TOO_BROAD,
                   "The search took too long. Ask for more, or rarer, words, or in one room.");
}

postgres::TenantStatement SearchStatement(const TenantKey& tenant, const SearchLanguage& language,
                                          const Asker& asker, const Query& query,
                                          const HighlightMarks& marks) {
  postgres::Params params;
  params.Text(query.words).Who(asker);
  query.room.has_value() ? params.Uuid(*query.room) : params.NullUuid();
  params.Text(query.sender_id);
  if (query.after.has_value()) {
    const auto& [rank, created_at, room_id, seq] = *query.after;
    params.Int(rank).Time(created_at).Uuid(room_id).Seq(seq);
  } else {
    params.Int(0).NullTime().NullUuid().Seq(0);
  }
  params.Int(query.limit).Text(marks.begin).Text(marks.end);
  return {SearchSql(sql::kSearchMessages, language), tenant, std::move(params)};
}

std::vector<SearchReader::Hit> ReadHits(const postgres::Rows& rows, const HighlightMarks& marks) {
  std::vector<SearchReader::Hit> hits;
  for (int row = 0; row < rows.size(); ++row) {
    int column = kMessageColumns;  // behind them: reactions, room, rank, marked text
    const int reactions = column++;
    SearchReader::Hit& hit = hits.emplace_back();
    hit.message = ReadMessage(rows.GetUuid(row, column++), rows, row, 0);
    if (!rows.IsNull(row, reactions)) hit.message.reactions = ReadReactions(rows, row, reactions);
    hit.rank = rows.GetInt(row, column++);
    hit.highlights = FindHighlights(rows.GetText(row, column), marks, hit.message.text);
  }
  return hits;
}

}  // namespace

void SearchReader::Search(const TenantKey& tenant, const SearchLanguage& language,
                          const Asker& asker, const Query& query, SteadyTime deadline,
                          Callback<Found> done) {
  HighlightMarks marks = HighlightMarks::Random();
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.lane = postgres::Lane::kSearch;
  postgres::TenantStatements& statements = transaction.statements;
  statements.push_back({sql::kBoundSearch, postgres::Params()});
  statements.push_back(
      {SearchSql(sql::kCheckSearchWords, language), postgres::Params().Text(query.words)});
  if (query.room.has_value()) {
    statements.push_back(
        {sql::kCheckMember, tenant, postgres::Params().Uuid(*query.room).Who(asker)});
  }
  statements.push_back(SearchStatement(tenant, language, asker, query, marks));
  database_.For(tenant).Run(
      std::move(transaction),
      [deadline, in_room = query.room.has_value(), marks = std::move(marks),
       done = std::move(done)](absl::StatusOr<postgres::Database::Results> results) mutable {
        // PostgreSQL's own bound has ended it, not the caller's patience.
        const bool too_broad =
            absl::IsDeadlineExceeded(results.status()) && SteadyTime::Now() < deadline;
        if (too_broad) return done(TooBroadError());
        if (!results.ok()) return done(std::move(results).status());
        Found found;
        found.has_words = (*results)[1].GetBool(0, 0);
        found.room_found = !in_room || (*results)[2].size() > 0;
        if (found.room_found) found.hits = ReadHits(results->back(), marks);
        done(std::move(found));
      });
}

}  // namespace chatter::store
