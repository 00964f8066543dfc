"""The workloads that send: how many, to how many, and how soon they arrive."""

import contextlib
import statistics
import subprocess

import data
from machine import Chatterd, Reference, end, generate, own_process, pgbench
from run import TEXT_BYTES, median, median_cpu, per_second, store_sql, timing

# ---- Durable sends ----

BARE_TABLES = """
CREATE SCHEMA bench;
CREATE TABLE bench.room (id integer PRIMARY KEY, head_seq bigint NOT NULL) WITH (fillfactor = 70);
INSERT INTO bench.room SELECT i, 0 FROM generate_series(1, 100) i;
CREATE TABLE bench.event (room_id integer, seq bigint, created_at timestamptz NOT NULL, text text NOT NULL,
                          PRIMARY KEY (room_id, seq));
CREATE TABLE bench.echo (id bigserial PRIMARY KEY, text text NOT NULL);
"""

_BARE_INSERT = f"""
\\set room random(1, 100)
WITH room AS (UPDATE bench.room SET head_seq = head_seq + 1 WHERE id = :room RETURNING id, head_seq)
INSERT INTO bench.event SELECT id, head_seq, now(), '{'.' * TEXT_BYTES}' FROM room;
"""

_APPEND_ROWS = 500


def _append_script(schema):
    """The store's own statements, as one pipeline with one commit, as the store sends them."""
    return ("\\set run random(1, 1000000000000000)\n"
            f"SELECT array_agg(:run::text || '-' || i) AS ids FROM generate_series(1, {_APPEND_ROWS}) i \\gset\n"
            "\\startpipeline\n" + store_sql("fix_plans", schema, "'100'") + store_sql("lock_rooms", schema, ":locks")
            + store_sql("append_messages", schema, ":rooms", ":senders", ":ids", ":texts", ":services", ":details",
                        ":threads")
            + "\\endpipeline\n")


def _array(values):
    return "{" + ",".join(values) + "}"


def _append_variables(rooms, members):
    """The same mix of rooms and senders as in the workload."""
    def room(i):
        return f"00000000-0000-7000-8000-{i % rooms + 1:012x}"

    senders = [f"u{i % rooms * members + i // rooms % members + 1}" for i in range(_APPEND_ROWS)]
    return {"locks": _array(sorted({room(i) for i in range(_APPEND_ROWS)})),
            "rooms": _array(map(room, range(_APPEND_ROWS))), "senders": _array(senders),
            "texts": _array("." * TEXT_BYTES for _ in range(_APPEND_ROWS)),
            "services": _array('""' for _ in range(_APPEND_ROWS)), "details": "{}", "threads": "{}"}


def _run_sends(bench, tenant, seconds):
    """One run; the second figure is the bytes of WAL for each message."""
    with Chatterd(bench.postgres) as server:
        bench.step(f"durable sends ({tenant})", seconds + 2)
        before = bench.postgres.wal_bytes()
        run = bench.check("sends", generate(
            server, bench.postgres, "sends", "--tenant", tenant, "--rooms", 100, "--members", 2, "--in-flight", 50,
            "--text-bytes", TEXT_BYTES, *timing(seconds)))
        return run, (bench.postgres.wal_bytes() - before) / run.result["total"]["sent"]


def sends(bench):
    seconds, repeat = bench.pick((6, 3), (2.5, 1))
    postgres = bench.postgres
    data.make_tenant(postgres, "new", rooms=100, members=2)
    data.make_tenant(postgres, "sends", rooms=100, members=2, history=1000)
    data.make_tenant(postgres, "append", rooms=100, members=2, history=1000)
    runs, bare, append = [], [], []
    wal = []
    for _ in range(repeat):
        run, wal_bytes = _run_sends(bench, "sends", seconds)
        runs.append(run)
        wal.append(wal_bytes)
        bench.step("durable sends: single inserts by pgbench", seconds)
        bare.append(pgbench(postgres, _BARE_INSERT, 16, seconds))
        bench.step("durable sends: the store's own statements by pgbench", seconds)
        append.append(pgbench(postgres, _append_script("append"), 1, seconds, _append_variables(100, 2)))
    measured = median(runs, lambda run: per_second(run, "acked"))
    bench.facts["sends_per_second"] = measured
    cpu = median_cpu(runs, lambda run: run.result["acked"])
    detail = {"per": "message", "ack": runs[-1].result["ack"],
              "delivered": median(runs, lambda run: per_second(run, "delivered")),
              "wal_bytes_per_message": statistics.median(wal)}
    bench.add("sends/inserts", "Durable sends, 100 rooms of 2; pgbench, an insert a commit", measured, "msg/s",
              baseline=median(bare, lambda run: run.result["tps"]), must=1, aim=2.5, cpu=cpu,
              baseline_cpu=median_cpu(bare, lambda run: run.result["count"]), **detail)
    bench.add("sends/append", "The same; pgbench, the store's statements for 500", measured, "msg/s",
              baseline=median(append, lambda run: run.result["tps"] * _APPEND_ROWS), must=0.4, aim=0.8, cpu=cpu,
              baseline_cpu=median_cpu(append, lambda run: run.result["count"] * _APPEND_ROWS), **detail)
    # What was planned for tables with hardly a row in them mustn't be slow when there are more.
    new, _ = _run_sends(bench, "new", seconds)
    bench.add("sends/new", "Durable sends in a tenant without messages; in one with 100,000", per_second(new, "acked"),
              "msg/s", baseline=measured, must=1 / 1.2, cpu=new.cpu_per(new.result["acked"]), baseline_cpu=cpu,
              per="message")


# ---- Fan-out ----

def fan_out(bench):
    seconds, repeat = bench.pick((5, 3), (2, 1))
    for members in (100, 1000):
        tenant = f"fan_out_{members}"
        data.make_tenant(bench.postgres, tenant, rooms=1, members=members, history=10_000)
        load = ["fan-out", "--tenant", tenant, "--members", members, "--text-bytes", TEXT_BYTES, "--sample-every", 50,
                "--window", 500]
        runs, baseline = [], []
        for _ in range(repeat):
            bench.step(f"fan-out to {members}", seconds + 2)
            with Chatterd(bench.postgres) as server:
                runs.append(bench.check(f"fan-out to {members}",
                                        generate(server, bench.postgres, *load, *timing(seconds))))
            bench.step(f"fan-out to {members}: a write for each message", seconds + 2)
            with Reference("fan-out") as server:
                baseline.append(bench.check("the reference server",
                                            generate(server, None, *load, *timing(seconds))))
        bench.add(f"fan-out/{members}", f"Fan-out, one room of {members}; a gRPC write for each message",
                  median(runs, lambda run: per_second(run, "delivered")), "deliveries/s",
                  baseline=median(baseline, lambda run: per_second(run, "delivered")), must=8, aim=15,
                  cpu=median_cpu(runs, lambda run: run.result["delivered"]),
                  baseline_cpu=median_cpu(baseline, lambda run: run.result["delivered"]), per="delivery",
                  deliveries_per_frame=median(runs, lambda run: run.result["delivered"] / max(1, run.result["frames"])),
                  lagged=sum(run.result["total"]["lagged"] for run in runs), latency=runs[-1].result["delivery"])


# ---- Latency ----

QUIET_RATE = 200


def _quiet(bench, seconds):
    """A run at the quiet rate; kept for the workload that compares with it."""
    if "quiet" not in bench.facts:
        data.make_tenant(bench.postgres, "quiet", rooms=100, members=10, history=1000)
        bench.step("quiet latency", seconds + 2)
        with Chatterd(bench.postgres) as server:
            bench.facts["quiet"] = bench.check("quiet latency", generate(
                server, bench.postgres, "rate", "--tenant", "quiet", "--rooms", 100, "--members", 10,
                "--rate", QUIET_RATE, "--text-bytes", TEXT_BYTES, *timing(seconds)))
    return bench.facts["quiet"]


def quiet(bench):
    seconds = bench.pick(15, 3)
    run = _quiet(bench, seconds)
    bench.step("quiet latency: an echo with an insert", seconds + 2)
    with Reference("echo", bench.postgres) as server:
        baseline = bench.check("the reference server", generate(
            server, bench.postgres, "rate", "--rooms", 100, "--members", 1, "--rate", QUIET_RATE, "--acks-only",
            "--text-bytes", TEXT_BYTES, *timing(seconds)))
    for name in ("p50", "p99"):
        bench.add(f"quiet/{name}", f"Quiet latency {name}, 100 rooms of 10; a gRPC echo with an insert",
                  run.result["delivery"][f"{name}_us"], "µs", "lower", baseline.result["ack"][f"{name}_us"],
                  must=2, aim=1.3, cpu=run.cpu_per(run.result["sent"]),
                  baseline_cpu=baseline.cpu_per(baseline.result["sent"]), per="message",
                  delivery=run.result["delivery"], ack=run.result["ack"])


def loaded(bench):
    seconds = bench.pick(8, 3)
    quiet_run = _quiet(bench, seconds)
    load = ["--tenant", "loaded", "--rooms", 100, "--members", 2, "--text-bytes", TEXT_BYTES]
    data.make_tenant(bench.postgres, "loaded", rooms=100, members=2, history=1000)
    with Chatterd(bench.postgres) as server:
        if "sends_per_second" not in bench.facts:
            bench.step("loaded latency: the maximum rate", 6)
            run = generate(server, bench.postgres, "sends", *load, "--in-flight", 50, *timing(3))
            bench.facts["sends_per_second"] = per_second(run, "acked")
        for part in bench.pick((20, 8, 4, 2), (2,)):
            rate = bench.facts["sends_per_second"] / part
            bench.step(f"loaded latency at {rate:.0f} msg/s", seconds + 2)
            run = bench.check("loaded latency", generate(server, bench.postgres, "rate", *load, "--rate", rate,
                                                         *timing(seconds)))
            for name, must, aim in (("p50", None, None), ("p99", 10, 5), ("p999", None, None)):
                at_half = part == 2
                bench.add(f"loaded/{part}/{name}", f"Latency {name} at 1/{part} of the maximum; the same when quiet",
                          run.result["delivery"][f"{name}_us"], "µs", "lower",
                          quiet_run.result["delivery"][f"{name}_us"], must=must if at_half else None,
                          aim=aim if at_half else None, cpu=run.cpu_per(run.result["sent"]),
                          baseline_cpu=quiet_run.cpu_per(quiet_run.result["sent"]), per="message", rate=rate,
                          delivery=run.result["delivery"])


# ---- A long snapshot ----

SNAPSHOT_ROOMS = 20
SNAPSHOT_RATE = 500


@contextlib.contextmanager
def _open_snapshot(postgres):
    """A transaction that does nothing but keep its snapshot, as that of a pg_dump does."""
    process = own_process(["psql", "-XAtq"], env=postgres.environment, stdout=subprocess.PIPE, text=True,
                          stdin=subprocess.PIPE)
    try:
        process.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT count(*) FROM pg_class;\n")
        process.stdin.flush()
        process.stdout.readline()
        yield
    finally:
        process.stdin.close()
        end(process)


def snapshot(bench):
    seconds = bench.pick(10, 3)
    ageing = bench.pick(120, 10)
    postgres = bench.postgres
    data.make_tenant(postgres, "snapshot", rooms=SNAPSHOT_ROOMS, members=2, history=1000)

    def run(server, wanted):
        return bench.check("a long snapshot", generate(
            server, postgres, "rate", "--tenant", "snapshot", "--rooms", SNAPSHOT_ROOMS, "--members", 2,
            "--rate", SNAPSHOT_RATE, "--text-bytes", TEXT_BYTES, *timing(wanted), timeout=wanted + 120))

    with Chatterd(postgres) as server:
        bench.step("a long snapshot: before", seconds + 2)
        before = run(server, seconds)
        with _open_snapshot(postgres):
            bench.step("a long snapshot: it grows old", ageing + 2)
            run(server, ageing)
            bench.step("a long snapshot: after", seconds + 2)
            after = run(server, seconds)
    for name in ("p50", "p99"):
        bench.add(f"snapshot/{name}", f"Latency {name} of {SNAPSHOT_RATE} sends/s in {SNAPSHOT_ROOMS} rooms, {ageing} s into "
                  "another's transaction; before it", after.result["ack"][f"{name}_us"], "µs", "lower",
                  before.result["ack"][f"{name}_us"], must=2 if name == "p50" else None,
                  cpu=after.cpu_per(after.result["sent"]), baseline_cpu=before.cpu_per(before.result["sent"]),
                  per="message", ack=after.result["ack"])
