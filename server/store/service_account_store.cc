#include "server/store/service_account_store.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "server/postgres/databases.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

constexpr absl::Duration kTouchTimeout = absl::Seconds(5);

using Identities = std::vector<std::optional<ServiceIdentity>>;

postgres::ControlStatement OnAccount(postgres::ControlSql sql, std::string_view name) {
  return {sql, std::move(postgres::Params().Text(name))};
}

// The columns that all statements about accounts begin with.
ServiceScope ReadScope(const postgres::Rows& rows, int row) {
  return {.tenants = rows.GetTexts(row, 1),
          .services = rows.GetTexts(row, 2),
          .read_only = rows.GetBool(row, 3),
          .may_act_for_users = rows.GetBool(row, 4)};
}

ServiceAccount ReadAccount(const postgres::Rows& rows, int row) {
  return {.name = std::string(rows.GetText(row, 0)),
          .scope = ReadScope(rows, row),
          .certificate_names = rows.GetTexts(row, 7),
          .created_at = rows.GetTime(row, 6)};
}

ServiceIdentity ReadIdentity(const postgres::Rows& rows, int row) {
  return {.account = std::string(rows.GetText(row, 0)),
          .scope = ReadScope(rows, row),
          .changed_at = rows.GetTime(row, 5)};
}

// A row of create_api_key.sql or list_api_keys.sql.
ApiKey ReadKey(const postgres::Rows& rows, int row) {
  ApiKey key{.digest = rows.GetDigest(row, 0),
             .account = std::string(rows.GetText(row, 1)),
             .created_at = rows.GetTime(row, 2)};
  if (!rows.IsNull(row, 3)) key.expires_at = rows.GetTime(row, 3);
  if (!rows.IsNull(row, 4)) key.last_used_at = rows.GetTime(row, 4);
  return key;
}

// Of a statement that gives each row's place, from 1, in column 6: that place, from 0.
size_t PlaceOf(const postgres::Rows& rows, int row) {
  return static_cast<size_t>(rows.GetInt(row, 6)) - 1;
}

Identities ReadInPlaces(const postgres::Rows& rows, size_t count) {
  Identities found(count);
  for (int row = 0; row < rows.size(); ++row) {
    found.at(PlaceOf(rows, row)) = ReadIdentity(rows, row);
  }
  return found;
}

}  // namespace

void ServiceAccountStore::Set(const ServiceAccount& account, SteadyTime deadline,
                              Callback<ServiceAccount> done) {
  postgres::ControlStatement set = OnAccount(sql::kSetServiceAccount, account.name);
  set.params.Texts(account.scope.tenants)
      .Texts(account.scope.services)
      .Bool(account.scope.read_only)
      .Bool(account.scope.may_act_for_users);
  postgres::ControlStatement drop = OnAccount(sql::kDropAccountCertificates, account.name);
  drop.params.Texts(account.certificate_names);
  postgres::ControlStatement add = OnAccount(sql::kAddAccountCertificates, account.name);
  add.params.Texts(account.certificate_names);
  postgres::ControlDatabase::Transaction transaction{
      .statements = {}, .deadline = deadline, .idempotent = true};
  transaction.statements.push_back(std::move(set));
  transaction.statements.push_back(std::move(drop));
  transaction.statements.push_back(std::move(add));
  transaction.statements.push_back(OnAccount(sql::kFindServiceAccount, account.name));
  database_.Run(std::move(transaction),
                Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
                  answer(ReadAccount(results.back(), 0));
                }));
}

void ServiceAccountStore::List(const std::string& after, int limit, SteadyTime deadline,
                               Callback<std::vector<ServiceAccount>> done) {
  postgres::ControlStatement statement = OnAccount(sql::kListServiceAccounts, after);
  statement.params.Int(limit);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     std::vector<ServiceAccount> accounts;
                     for (int row = 0; row < rows.size(); ++row)
                       accounts.push_back(ReadAccount(rows, row));
                     answer(std::move(accounts));
                   }));
}

void ServiceAccountStore::Delete(const std::string& name, SteadyTime deadline,
                                 Callback<bool> done) {
  postgres::RunOne(database_, OnAccount(sql::kDeleteServiceAccount, name), deadline,
                   postgres::kOnce,
                   Then(std::move(done),
                        [](const postgres::Rows& rows, auto& answer) { answer(rows.size() > 0); }));
}

void ServiceAccountStore::CreateKey(const NewKey& key, SteadyTime deadline,
                                    Callback<CreatedKey> done) {
  postgres::ControlDatabase::Transaction transaction{
      .statements = {}, .deadline = deadline, .idempotent = true};
  transaction.statements.push_back(OnAccount(sql::kLockServiceAccount, key.account));
  if (key.overlap != absl::InfiniteDuration()) {
    postgres::ControlStatement end = OnAccount(sql::kEndOtherApiKeys, key.account);
    end.params.Digest(key.digest).Int(absl::ToInt64Microseconds(key.overlap));
    transaction.statements.push_back(std::move(end));
  }
  postgres::ControlStatement create{sql::kCreateApiKey, {}};
  const bool ends = key.ttl != absl::InfiniteDuration();
  create.params.Digest(key.digest)
      .Text(key.account)
      .Int(ends ? absl::ToInt64Microseconds(key.ttl) : 0)
      .Int(kMaxKeysPerAccount - 1);
  transaction.statements.push_back(std::move(create));
  database_.Run(std::move(transaction),
                Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
                  CreatedKey created{.account_found = results.front().size() > 0, .key = {}};
                  if (results.back().size() > 0) created.key = ReadKey(results.back(), 0);
                  answer(std::move(created));
                }));
}

void ServiceAccountStore::ListKeys(const std::string& account, SteadyTime deadline,
                                   Callback<std::optional<std::vector<ApiKey>>> done) {
  postgres::ControlDatabase::Transaction transaction{
      .statements = {}, .deadline = deadline, .idempotent = true};
  transaction.statements.push_back(OnAccount(sql::kFindServiceAccount, account));
  transaction.statements.push_back(OnAccount(sql::kListApiKeys, account));
  database_.Run(std::move(transaction),
                Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
                  if (results.front().size() == 0) {
                    return answer(std::optional<std::vector<ApiKey>>());
                  }
                  const postgres::Rows& rows = results.back();
                  std::vector<ApiKey> keys;
                  for (int row = 0; row < rows.size(); ++row) keys.push_back(ReadKey(rows, row));
                  answer(std::optional(std::move(keys)));
                }));
}

void ServiceAccountStore::RevokeKey(const Sha256Digest& digest, SteadyTime deadline,
                                    Callback<bool> done) {
  postgres::ControlStatement statement{sql::kRevokeApiKey, {}};
  statement.params.Digest(digest);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kOnce,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     answer(rows.size() > 0 && rows.GetBool(0, 0));
                   }));
}

void ServiceAccountStore::FindByKeys(const std::vector<Sha256Digest>& digests, SteadyTime deadline,
                                     Callback<Identities> done) {
  postgres::ControlStatement statement{sql::kFindApiKeys, {}};
  statement.params.Digests(digests);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [this, digests](const postgres::Rows& rows, auto& answer) {
                     Identities found = ReadInPlaces(rows, digests.size());
                     std::vector<Sha256Digest> used;
                     for (int row = 0; row < rows.size(); ++row) {
                       const size_t place = PlaceOf(rows, row);
                       if (!rows.IsNull(row, 7)) found[place]->expires_at = rows.GetTime(row, 7);
                       if (rows.GetBool(row, 8)) used.push_back(digests[place]);
                     }
                     if (!used.empty()) Touch(used);
                     answer(std::move(found));
                   }));
}

// What fails will be news the next time, too.
void ServiceAccountStore::Touch(const std::vector<Sha256Digest>& digests) {
  postgres::ControlStatement statement{sql::kTouchApiKeys, {}};
  statement.params.Digests(digests);
  postgres::RunOne(database_, std::move(statement), SteadyTime::Now() + kTouchTimeout,
                   postgres::kIdempotent, [](const absl::StatusOr<postgres::Rows>&) {});
}

void ServiceAccountStore::FindByCertificate(const std::vector<std::string>& subject_names,
                                            SteadyTime deadline,
                                            Callback<std::vector<ServiceIdentity>> done) {
  postgres::ControlStatement statement{sql::kFindCertificateAccounts, {}};
  statement.params.Texts(subject_names);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     std::vector<ServiceIdentity> found;
                     for (int row = 0; row < rows.size(); ++row)
                       found.push_back(ReadIdentity(rows, row));
                     answer(std::move(found));
                   }));
}

void ServiceAccountStore::Find(const std::vector<std::string>& names, SteadyTime deadline,
                               Callback<Identities> done) {
  postgres::ControlStatement statement{sql::kFindAccounts, {}};
  statement.params.Texts(names);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done),
                        [count = names.size()](const postgres::Rows& rows, auto& answer) mutable {
                          answer(ReadInPlaces(rows, count));
                        }));
}

}  // namespace chatter::store
