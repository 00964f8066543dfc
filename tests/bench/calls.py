"""The workloads of unary calls."""

import data
from machine import Chatterd, generate, pgbench
from run import per_second, store_sql, timing

CALLERS = 16


def run_calls(bench, server, method, seconds, *options):
    return bench.check(method, generate(server, bench.postgres, "calls", "--method", method, "--callers", CALLERS,
                                        *options, *timing(seconds)))


def _pipeline(*statements):
    return "\\startpipeline\n" + "".join(statements) + "\\endpipeline\n"


# The members of a room, for its set: of rooms whose numbers make all ids equally long.
_PAIR = """\\set first 2 * random(51, 499) - 1
\\set second :first + 1
"""
# chr(58) is a colon: pgbench takes one for the start of a variable, in literals too.
_PAIR_SET = ("sha256(convert_to('4' || chr(58) || 'u' || :first::text || '4' || chr(58) || 'u' || :second::text, "
             "'UTF8'))")

# Made at random, so that none is made twice.
_NEW_SET = "sha256(convert_to(:a::text || ' ' || :b::text, 'UTF8'))"


# What rooms had before there were names, marks and preferences, and which look-ups that leaves out.
_FEW_FIELDS = ("--fields", "id,kind,head_seq,member_count,user_ids,created_at,last_event_at,last_message")
_NOT_FEW = ("other_names", "unread", "unread_mentions")
_ANY = ("user_ids", "last_message", *_NOT_FEW)


def _sql_of_create_existing(without=()):
    return _PAIR + store_sql("find_room_by_set", "calls", "('u' || :first::text)", _PAIR_SET, without=without)


def _sql_of_create_new():
    users = "array['u' || :u::text, 'u' || (:u::int + 1)::text, 'u' || (:u::int + 2)::text]"
    find = store_sql("find_room_by_set", "calls", "('u' || :u::text)", _NEW_SET)
    create = store_sql("create_room", "calls", "gen_random_uuid()", "1::smallint", _NEW_SET, users, "'u1'::text",
                       "''::bytea", "''", "'{}'", "''", "''", "''", "'{}'::text[]", "1::smallint")
    return ("\\set u random(1, 1900)\n\\set a random(1, 1000000000000)\n\\set b random(1, 1000000000000)\n" + find
            + _pipeline(store_sql("find_unknown_users", "calls", users), create, find))


def _sql_of_list_rooms(without=()):
    return "\\set u random(1, 16)\n" + _pipeline(
        store_sql("general_plan", "lists"),
        store_sql("list_rooms", "lists", "('u' || :u::text)", "NULL", "NULL", "51", "false", "false", without=without))


def _sql_of_list_messages(schema, rooms, members, history):
    room = "('00000000-0000-7000-8000-' || lpad(to_hex(:r::int), 12, '0'))::uuid"
    user = f"('u' || ((:r::int - 1) * {members} + 1)::text)"
    return (f"\\set r random(1, {rooms})\n"
            + store_sql("list_messages_before", schema, room, user, str(history + 2), "51", "false"))


def _add(bench, key, name, run, baseline):
    bench.add(f"calls/{key}", name + "; its SQL by pgbench", per_second(run, "calls"), "calls/s",
              baseline=baseline.result["tps"], must=0.5, aim=0.8, cpu=run.cpu_per(run.result["calls"]),
              baseline_cpu=baseline.cpu_per(baseline.result["count"]), per="call", latency=run.result["latency"])
    bench.add(f"calls/{key}/p99", "The same: p99", run.result["latency"]["p99_us"], "µs", "lower",
              baseline.result["p99_us"])


def calls(bench):
    seconds = bench.pick(5, 1)
    data.make_tenant(bench.postgres, "calls", rooms=1000, members=2, history=100)
    data.make_tenant(bench.postgres, "lists", rooms=1000, members=16, history=20, same_members=True)
    pairs = ("--tenant", "calls", "--users", 2000, "--members", 2)
    lists = ("--tenant", "lists", "--users", 16)
    cases = (
        ("create-existing", "", "CreateRoom of an existing room of 2", _sql_of_create_existing(), pairs),
        ("create-existing", "-few", "The same, few fields", _sql_of_create_existing(_NOT_FEW), (*pairs, *_FEW_FIELDS)),
        ("create-existing", "-id", "The same, the id only", _sql_of_create_existing(_ANY), (*pairs, "--fields", "id")),
        ("create-new", "", "CreateRoom of a new room of 3", _sql_of_create_new(),
         ("--tenant", "calls", "--users", 2000)),
        ("list-rooms", "", "ListRooms, 50 of 1,000", _sql_of_list_rooms(), lists),
        ("list-rooms", "-few", "The same, few fields", _sql_of_list_rooms(_NOT_FEW), (*lists, *_FEW_FIELDS)),
        ("list-messages", "", "ListMessages, 50 of 100", _sql_of_list_messages("calls", 1000, 2, 100), pairs),
    )
    for method, variant, name, sql, options in cases:
        bench.step(method + variant, seconds + 1)
        with Chatterd(bench.postgres) as server:
            run = run_calls(bench, server, method, seconds, *options)
        bench.step(f"{method}{variant}: its SQL by pgbench", seconds)
        _add(bench, method + variant, name, run, pgbench(bench.postgres, sql, CALLERS, seconds, latencies=True))


# More than the cache holds, so that each call is of somebody whom it doesn't know.
_COLD_USERS = 40_000


def authentication(bench):
    seconds = bench.pick(5, 1)
    data.make_tenant(bench.postgres, "identity", rooms=1, members=16)
    data.add_users(bench.postgres, "identity", 17, _COLD_USERS)
    with Chatterd(bench.postgres) as server:
        bench.step("health checks", seconds + 1)
        health = run_calls(bench, server, "health", seconds)
        bench.step("authentication, warm", seconds + 1)
        warm = run_calls(bench, server, "authenticate", seconds, "--tenant", "identity", "--users", 16)
        bench.step("authentication, cold", seconds + 1)
        cold = run_calls(bench, server, "authenticate", seconds, "--tenant", "identity", "--users", _COLD_USERS)
    for key, run, bounds in (("warm", warm, {"must": 0.8, "aim": 0.95}), ("cold", cold, {})):
        bench.add(f"authentication/{key}", f"Authenticated calls, {key} cache; health checks", per_second(run, "calls"),
                  "calls/s", baseline=per_second(health, "calls"), cpu=run.cpu_per(run.result["calls"]),
                  baseline_cpu=health.cpu_per(health.result["calls"]), per="call", latency=run.result["latency"],
                  **bounds)
