#include "server/store/search_reader.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/steady_time.h"
#include "server/postgres/databases.h"
#include "server/store/bounded_search.h"
#include "server/store/highlights.h"
#include "server/store/room_rows.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

using Found = SearchReader::Found;
using Query = SearchReader::Query;

std::vector<std::string_view> TextsOf(const std::vector<SearchTerm>& terms) {
  std::vector<std::string_view> texts;
  for (const SearchTerm& term : terms) texts.push_back(term.text);
  return texts;
}

// As search_query.sql has them, but for the texts.
void AddTerms(const std::vector<SearchTerm>& terms, postgres::Params& params) {
  std::vector<int16_t> alternatives;
  std::vector<std::string_view> signs;
  std::vector<std::string_view> endings;
  for (const SearchTerm& term : terms) {
    alternatives.push_back(term.alternative);
    signs.emplace_back(term.excluded ? "!" : "");
    endings.emplace_back(term.goes_on ? ":*" : "");
  }
  params.Smallints(alternatives).Texts(signs).Texts(endings);
}

void AddTime(std::optional<absl::Time> time, postgres::Params& params) {
  time.has_value() ? params.Time(*time) : params.NullTime();
}

postgres::TenantStatement SearchStatement(const TenantKey& tenant, const SearchLanguage& language,
                                          const Asker& asker, const Query& query) {
  postgres::Params params;
  params.Texts(TextsOf(query.terms)).Who(asker);
  AddTerms(query.terms, params);
  query.room.has_value() ? params.Uuid(*query.room) : params.NullUuid();
  params.Text(query.sender_id);
  AddTime(query.stored_from, params);
  AddTime(query.stored_before, params);
  params.Bool(query.has_attachment).Bool(query.mentions_asker).Bool(query.by_time);
  if (query.after.has_value()) {
    const auto& [rank, created_at, room_id, seq] = *query.after;
    params.Int(rank).Time(created_at).Uuid(room_id).Seq(seq);
  } else {
    params.Int(0).NullTime().NullUuid().Seq(0);
  }
  params.Int(query.limit);
  return {SearchSql(sql::kSearchMessages, language), tenant, std::move(params)};
}

std::vector<SearchReader::Hit> ReadHits(const postgres::Rows& rows) {
  std::vector<SearchReader::Hit> hits;
  for (int row = 0; row < rows.size(); ++row) {
    int column = kMessageColumns;  // behind them: reactions, room, rank, tokens
    const int reactions = column++;
    SearchReader::Hit& hit = hits.emplace_back();
    hit.message = ReadMessage(rows.GetUuid(row, column++), rows, row, 0);
    if (!rows.IsNull(row, reactions)) hit.message.reactions = ReadReactions(rows, row, reactions);
    hit.rank = rows.GetInt(row, column++);
    if (!rows.IsNull(row, column)) {  // null: the text has no words
      hit.highlights = FindHighlights(rows.GetTexts(row, column), hit.message.text);
    }
  }
  return hits;
}

}  // namespace

void SearchReader::Search(const TenantKey& tenant, const SearchLanguage& language,
                          const Asker& asker, const Query& query, SteadyTime deadline,
                          Callback<Found> done) {
  postgres::TenantDatabase::Transaction search = BoundedSearch(deadline);
  postgres::TenantStatements& statements = search.statements;
  statements.push_back({SearchSql(sql::kCheckSearchWords, language),
                        postgres::Params().Texts(TextsOf(query.terms))});
  if (query.room.has_value()) {
    statements.push_back(
        {sql::kCheckMember, tenant, postgres::Params().Uuid(*query.room).Who(asker)});
  }
  statements.push_back(SearchStatement(tenant, language, asker, query));
  RunBoundedSearch(
      database_, tenant, std::move(search),
      Then(std::move(done), [in_room = query.room.has_value()](
                                const postgres::Database::Results& results, auto& answer) {
        Found found;
        found.has_words = results[0].GetBool(0, 0);
        found.room_found = !in_room || results[1].size() > 0;
        if (found.room_found) found.hits = ReadHits(results.back());
        answer(std::move(found));
      }));
}

}  // namespace chatter::store
