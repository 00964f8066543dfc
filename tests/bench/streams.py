"""The workloads of streams that do nothing, that come back after a while, and that don't read."""

import subprocess
import time

import data
from machine import Chatterd, Failed, Reference, Run, generate, rss_of
from run import TEXT_BYTES, per_second, timing

# ---- Idle streams ----


def _idle(bench, server, postgres, tenant, streams):
    """Bytes of the server's memory for each stream, and the run."""
    before = rss_of(server.pid)
    run = bench.check("idle streams", generate(server, postgres, "idle", "--tenant", tenant, "--rooms", streams // 10,
                                               "--members", 10, *timing(1)))
    return (run.marks["end"] - before) / streams, run


def idle(bench):
    data.make_tenant(bench.postgres, "idle", rooms=1000, members=10)
    for streams in bench.pick((1000, 10_000), (1000,)):
        bench.step(f"{streams} idle streams", 5)
        with Chatterd(bench.postgres) as server:
            measured, run = _idle(bench, server, bench.postgres, "idle", streams)
        bench.step(f"{streams} idle streams: bare", 5)
        with Reference("fan-out") as server:
            baseline, _ = _idle(bench, server, None, "idle", streams)
        bench.add(f"idle/{streams}", f"Memory of each of {streams:,} idle streams; a bare gRPC stream", measured / 1024,
                  "KiB", "lower", baseline / 1024, must=1.5, aim=1.2,
                  opened_per_second=streams / run.result["opening_seconds"])


# ---- Catching up ----

# What a stream is sent of an event.
_COLUMNS = "seq, created_at, kind, actor_id, client_message_id, text, details"


def _copy(bench, tenant, times):
    """The rows of a tenant's log, so many times, by COPY to a client that drops them."""
    query = f"SELECT {_COLUMNS} FROM {tenant}.chatter_event, generate_series(1, {times})"
    begin, before = time.monotonic(), bench.postgres.cpu()
    with subprocess.Popen(["psql", "-XAtq", "-c", f"COPY ({query}) TO STDOUT"], env=bench.postgres.environment,
                          stdout=subprocess.PIPE, start_new_session=True) as client:
        rows = 0
        while block := client.stdout.read(1 << 20):
            rows += block.count(b"\n")
    if client.returncode:
        raise Failed("COPY failed")
    seconds = time.monotonic() - begin
    return Run({"rows": rows, "seconds": seconds}, seconds, {"postgresql": bench.postgres.cpu() - before})


def _catch_up(bench, name, what, rooms, members, history, live_seconds):
    data.make_tenant(bench.postgres, name, rooms=rooms, members=members, history=history)
    live = []
    if live_seconds:
        data.make_tenant(bench.postgres, f"{name}_live", rooms=100, members=2, history=100)
        live = ["--live-tenant", f"{name}_live", "--live-rooms", 100, "--live-members", 2, "--rate", 200]
    bench.step(f"catching up: {what}", 10 + live_seconds)
    with Chatterd(bench.postgres) as server:
        run = bench.check("catching up", generate(
            server, bench.postgres, "catch-up", "--tenant", name, "--rooms", rooms, "--members", members, *live,
            *timing(live_seconds or 1)))
    expected = rooms * members * (history + 1)
    if run.result["delivered"] != expected:
        bench.complaints.append(f"{name}: {run.result['delivered']} of {expected} events came")
    bench.step(f"catching up: {what}: COPY", 4)
    baseline = _copy(bench, name, members)
    bench.add(name, f"Catching up, {what}; COPY of the same rows", per_second(run, "delivered"), "msg/s",
              baseline=per_second(baseline, "rows"), must=0.25, aim=0.5, cpu=run.cpu_per(run.result["delivered"]),
              baseline_cpu=baseline.cpu_per(baseline.result["rows"]), per="message", seconds=run.result["seconds"],
              live_before=run.result["live_before"], live_during=run.result["live_during"])
    return run


def catch_up(bench):
    one = bench.pick(100_000, 50_000)
    _catch_up(bench, "catch_up_one", f"one stream {one:,} behind", 1, 1, one, 0)
    behind = bench.pick(1000, 200)
    run = _catch_up(bench, "catch_up_storm", f"1,000 streams {behind:,} behind each", 100, 10, behind, bench.pick(5, 2))
    bench.add("catch-up/level", "The same: until all 1,000 are level", run.result["seconds"], "s", "lower")
    bench.add("catch-up/live", "Live latency p99 meanwhile; before", run.result["live_during"]["p99_us"], "µs", "lower",
              run.result["live_before"]["p99_us"])


# ---- Slow readers ----

_MAX_LIVE_BYTES = 1 << 20  # of an outbox: ChatOptions::max_live_bytes


def stalled(bench):
    # The longer warm-up is as long as it takes to fill what a stalled stream may hold, and more.
    seconds, fill_seconds, rate = bench.pick((15, 10, 100), (3, 5, 200))
    rooms, members, text_bytes = 10, 200, 16_000
    data.make_tenant(bench.postgres, "stalled", rooms=rooms, members=members, history=100)
    bench.step("1,000 stalled streams beside 1,000 live ones", 2 * seconds + fill_seconds + 4)
    with Chatterd(bench.postgres) as server:
        run = bench.check("stalled streams", generate(
            server, bench.postgres, "stalled", "--tenant", "stalled", "--rooms", rooms, "--members", members,
            "--stalled", members // 2, "--rate", rate, "--text-bytes", text_bytes, "--fill-seconds", fill_seconds,
            *timing(seconds)))
    bench.add("stalled/p99", "Live latency p99 beside 1,000 stalled streams; without them",
              run.result["delivery"]["p99_us"], "µs", "lower", run.result["delivery_alone"]["p99_us"], must=1.5,
              cpu=run.cpu_per(run.result["delivered"]), per="delivery", lagged=run.result["total"]["lagged"],
              delivery=run.result["delivery"], delivery_alone=run.result["delivery_alone"])
    bench.add("stalled/memory", "Memory for each stalled stream; the bound of its live events",
              (run.marks["end"] - run.marks["stalled"]) / 1000 / 1024, "KiB", "lower", _MAX_LIVE_BYTES / 1024, must=1,
              server_rss=run.marks)
