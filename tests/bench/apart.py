"""The workloads of one tenant beside another: what a quiet one notices of the other's troubles and haste."""

import contextlib
import subprocess
import threading

import data
from machine import Chatterd, Failed, end, generate, own_process
from run import TEXT_BYTES, timing

_RATE = 100  # messages a second of the quiet tenant


def _quiet(bench, server, seconds):
    return bench.check("the quiet tenant", generate(
        server, bench.postgres, "rate", "--tenant", "apart_quiet", "--rooms", 20, "--members", 2, "--rate", _RATE,
        "--text-bytes", TEXT_BYTES, *timing(seconds)))


@contextlib.contextmanager
def _beside(server, *arguments):
    """A load of another tenant, from when its streams are open until the context ends; what becomes of it is its own
    affair."""
    opened = threading.Event()

    def load():
        with contextlib.suppress(Failed):
            generate(server, None, *arguments, "--warm-up", 0, "--seconds", 120, at=lambda _: opened.set())
        opened.set()

    # It ends with the server, at the latest.
    threading.Thread(target=load, daemon=True).start()
    opened.wait(30)
    yield


@contextlib.contextmanager
def _lock(postgres, table):
    """Locks a table, as a migration would that doesn't end."""
    sql = (f"SET client_connection_check_interval = '1s'; BEGIN; LOCK TABLE {table}; SELECT pg_sleep(600)")
    process = own_process(["psql", "-XAtq", "-c", sql], env=postgres.environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    try:
        while not int(postgres.run_sql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted "
                                       f"AND relation = '{table}'::regclass")[0]):
            if process.poll() is not None:
                raise Failed("the table can't be locked")
        yield
    finally:
        end(process)


def _add(bench, key, name, beside, alone):
    for percentile in ("p50", "p99"):
        bench.add(f"{key}/{percentile}", f"{name}, {percentile} of a quiet one; without it",
                  beside.result["ack"][f"{percentile}_us"], "µs", "lower", alone.result["ack"][f"{percentile}_us"],
                  must=2 if key == "locked" else None, cpu=beside.cpu_per(beside.result["sent"]),
                  baseline_cpu=alone.cpu_per(alone.result["sent"]), per="message", ack=beside.result["ack"],
                  ack_alone=alone.result["ack"])


def apart(bench):
    seconds, loud_seconds = bench.pick((30, 10), (8, 4))
    data.make_tenant(bench.postgres, "apart_quiet", rooms=20, members=2, history=100)
    data.make_tenant(bench.postgres, "apart_locked", rooms=20, members=2, history=100)
    data.make_tenant(bench.postgres, "apart_loud", rooms=100, members=2, history=100)
    with Chatterd(bench.postgres) as server:
        bench.step("a quiet tenant, alone", seconds + 2)
        alone = _quiet(bench, server, seconds)
        bench.step("a quiet tenant beside one that is locked", seconds + 3)
        with _beside(server, "rate", "--tenant", "apart_locked", "--rooms", 20, "--members", 2, "--rate", 20,
                     "--text-bytes", TEXT_BYTES), _lock(bench.postgres, "apart_locked.chatter_event"):
            _add(bench, "locked", f"A tenant that is locked for {seconds} s", _quiet(bench, server, seconds), alone)
    with Chatterd(bench.postgres) as server:
        bench.step("a quiet tenant beside one at full speed", loud_seconds + 3)
        with _beside(server, "sends", "--tenant", "apart_loud", "--rooms", 100, "--members", 2, "--in-flight", 50,
                     "--text-bytes", TEXT_BYTES):
            _add(bench, "loud", "A tenant at full speed", _quiet(bench, server, loud_seconds), alone)
