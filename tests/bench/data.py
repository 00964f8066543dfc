"""The data of the workloads, written straight into the database. Its names follow from numbers, as in names.h:
user 7 is `u7`, with a session whose token ends in 7; room 7 is 00000000-0000-7000-8000-000000000007. The
members of room r, of n members each, are the users (r - 1) * n + 1 to r * n, or, where all rooms have the same
members, the users 1 to n."""

import concurrent.futures
import os
import time

from machine import ROOT
from run import TEXT_BYTES

_MIGRATIONS = sorted((ROOT / "server/store/migrations/tenant").glob("*.sql"))

# `first` and `last` are users.
_USERS = """
INSERT INTO {schema}.chatter_user (id, display_name) SELECT 'u' || i, '' FROM generate_series({first}, {last}) i;
INSERT INTO {schema}.chatter_session (token_digest, user_id, created_at, expires_at)
  SELECT sha256(convert_to('chs_' || lpad(i::text, 43, '0'), 'UTF8')), 'u' || i, now(), now() + interval '1 day'
    FROM generate_series({first}, {last}) i;
"""

_ROOMS = """
WITH member AS MATERIALIZED (
  SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(r), 12, '0'))::uuid AS room_id,
         ('u' || ({first_member} + m)) COLLATE "C" AS user_id
    FROM generate_series(1, {rooms}) r, generate_series(1, {members}) m
), room AS (
  INSERT INTO {schema}.chatter_room (id, kind, member_set, head_seq, member_count, created_at, last_event_at)
  SELECT room_id, 1, {member_set}, 1 + {history}, count(*), now(), now()
    FROM member GROUP BY room_id
), event AS (
  INSERT INTO {schema}.chatter_event (room_id, seq, created_at, kind, actor_id)
  SELECT DISTINCT room_id, 1, now(), 1, '' FROM member
)
INSERT INTO {schema}.chatter_member (room_id, user_id, joined_seq, read_seq, shown_read_seq, delivered_seq)
  SELECT room_id, user_id, 1, 1 + {history}, 1 + {history}, 1 + {history} FROM member;
"""

_MEMBER_SET = "sha256(convert_to(string_agg(length(user_id) || ':' || user_id, '' ORDER BY user_id), 'UTF8'))"

# Events of all rooms come in turn, as in life.
_HISTORY = """
INSERT INTO {schema}.chatter_event (room_id, seq, created_at, kind, actor_id, client_message_id, text)
  SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(r), 12, '0'))::uuid, 1 + s, now(), 2,
         'u' || ({first_member} + 1), 'fill-' || s, repeat('.', {text_bytes})
    FROM generate_series({first}, {last}) s, generate_series(1, {rooms}) r;
"""

_ROWS_AT_ONCE = 500_000
_TENANTS_AT_ONCE = 100  # PostgreSQL locks what one transaction makes


def make_tenant_sql(name):
    """What a tenant consists of, without any data."""
    tables = "\n".join(path.read_text("utf-8") for path in _MIGRATIONS).replace("{schema}", name)
    return (f"CREATE SCHEMA {name};\n{tables}\nINSERT INTO chatter.tenant (schema_name, display_name, schema_version) "
            f"VALUES ('{name}', '', {len(_MIGRATIONS)});\n")


def fill_sql(name, rooms, members, history=0, same_members=False):
    """Rooms with so many members and messages each, and all the users, who are signed in."""
    first_member = "0" if same_members else f"(r - 1) * {members}"
    sql = _USERS.format(schema=name, first=1, last=members if same_members else rooms * members)
    # A set of members has one room, so rooms with the same members have no set.
    sql += _ROOMS.format(schema=name, rooms=rooms, members=members, history=history, first_member=first_member,
                         member_set="NULL" if same_members else _MEMBER_SET)
    step = max(1, _ROWS_AT_ONCE // rooms)
    for first in range(1, history + 1, step):
        sql += _HISTORY.format(schema=name, rooms=rooms, first_member=first_member, text_bytes=TEXT_BYTES, first=first,
                               last=min(history, first + step - 1))
    return sql


def add_users(postgres, name, first, last):
    postgres.run_sql(_USERS.format(schema=name, first=first, last=last))
    analyze(postgres, name)


def make_tenant(postgres, name, rooms, members, history=0, same_members=False):
    """A tenant with its data, and statistics as autovacuum would have made them by and by."""
    postgres.run_sql(make_tenant_sql(name) + fill_sql(name, rooms, members, history, same_members))
    analyze(postgres, name)


def analyze(postgres, name):
    postgres.run_sql(f"VACUUM ANALYZE {name}.chatter_user, {name}.chatter_session, {name}.chatter_room, "
                     f"{name}.chatter_member, {name}.chatter_mark, {name}.chatter_event")


def make_tenants(postgres, name, numbers, rooms, members, history, tablespace="pg_default", seconds=240):
    """Tenants NAME_n, each with some data. Returns how many there was time for."""
    deadline = time.monotonic() + seconds

    def make(first):
        if time.monotonic() > deadline:
            return 0
        some = numbers[first:first + _TENANTS_AT_ONCE]
        postgres.run_sql(f"SET default_tablespace = {tablespace};\nBEGIN;\n" + "".join(
            make_tenant_sql(f"{name}_{i}") + fill_sql(f"{name}_{i}", rooms, members, history)
            for i in some) + "COMMIT;\n")
        return len(some)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(make, range(0, len(numbers), _TENANTS_AT_ONCE)))
