"""What a message and a delivery cost, counted: allocations, locks, system calls, statements and WAL."""

import os
import re
import struct
import subprocess
import tempfile
from pathlib import Path

import data
from machine import BIN, LOCAL, Chatterd, generate
from run import TEXT_BYTES, timing

_TEXT = ["--text-bytes", TEXT_BYTES]
_LOADS = (
    # key, what it is, how many rooms and members, the load, what the result counts
    ("sends", "a send to 2 at the maximum rate", 100, 2, ["sends", "--in-flight", 50], "acked"),
    ("quiet", "a send to 10, 200 a second", 100, 10, ["rate", "--rate", 200], "sent"),
    ("fan-out", "a delivery in a room of 1,000", 1, 1000, ["fan-out", "--sample-every", 50, "--window", 500],
     "delivered"),
)


class _Counts:
    """The server's counts of allocations and locks; see counting.cc."""

    def __init__(self):
        self._file = tempfile.NamedTemporaryFile(dir=LOCAL)
        self._file.write(bytes(16))
        self._file.flush()
        self.environment = {"LD_PRELOAD": str(BIN / "chatter_counting.so"), "CHATTER_COUNTS": self._file.name}

    def read(self):
        return dict(zip(("allocations", "locks"), struct.unpack("=QQ", Path(self._file.name).read_bytes()[:16])))


class _SystemCalls:
    """Counts those of a process by strace, which slows it down."""

    def __init__(self, pid):
        self._summary = LOCAL / "strace.txt"
        self._strace = subprocess.Popen(["strace", "-f", "-c", "-o", self._summary, "-p", str(pid)],
                                        stderr=subprocess.DEVNULL, start_new_session=True)

    def end(self):
        """How many there were; None: strace isn't allowed here."""
        self._strace.send_signal(2)  # it detaches, and writes its summary
        self._strace.wait(60)
        found = re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+)", self._summary.read_text("utf-8"), re.M)
        return int(found.group(1)) if found else None


def _count(bench, tenant, load):
    """One run with the counting library: allocations and locks, and what the result has."""
    counts, seen = _Counts(), {}
    with Chatterd(bench.postgres, environment=counts.environment) as server:
        wal = bench.postgres.wal_bytes()
        run = bench.check(tenant, generate(server, bench.postgres, *load,
                                           at=lambda event: seen.update({event: counts.read()})))
        wal = bench.postgres.wal_bytes() - wal
    return run, {name: seen["end"][name] - seen["begin"][name] for name in seen["end"]}, wal


def _add_system_calls(bench, key, what, tenant, load, counted):
    bench.step(f"budget: system calls of {what}", 6)
    calls, counting = {}, {}

    def at(event):
        if event == "begin":
            counting["strace"] = _SystemCalls(server.pid)
        elif event == "end":
            calls["count"] = counting["strace"].end()

    with Chatterd(bench.postgres) as server:
        run = bench.check(tenant, generate(server, bench.postgres, *load, at=at))
    if calls["count"] is None:
        bench.complaints.append("budget: strace may not look at processes here: system calls aren't counted")
        return
    bench.add(f"budget/{key}/system-calls", f"System calls of the server for {what}",
              calls["count"] / run.result[counted], "")


def budget(bench):
    seconds = bench.pick(4, 1)
    for key, what, rooms, members, load, counted in bench.pick(_LOADS, _LOADS[::2]):
        tenant = f"budget_{key.replace('-', '_')}"
        data.make_tenant(bench.postgres, tenant, rooms=rooms, members=members, history=1000)
        load = [load[0], "--tenant", tenant, "--rooms", rooms, "--members", members, *load[1:], *_TEXT, *timing(seconds)]
        bench.step(f"budget: {what}", seconds + 2)
        run, counts, wal = _count(bench, tenant, load)
        per = run.result[counted]
        for name, count in counts.items():
            bench.add(f"budget/{key}/{name}", f"{name.capitalize()} of the server for {what}", count / per, "")
        if counted != "delivered":
            bench.add(f"budget/{key}/wal", f"Bytes of WAL for {what}", wal / run.result["total"]["sent"], "B")
        if not bench.quick:
            _add_system_calls(bench, key, what, tenant, load, counted)
