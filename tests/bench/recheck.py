#!/usr/bin/python3
"""What it costs to look again, every 1.5 seconds, at who holds an open stream.

  scripts/build release && tests/bench/recheck.py [--streams 10000] [--tenants 1] [--seconds 60]

Opens idle Chat streams, each with a session of its own, and measures the CPU time that chatterd and PostgreSQL
use meanwhile, in per cent of one core. Heartbeats are off (once an hour), so that what is left is the recheck and
the few tasks that don't depend on streams; the same without streams is measured first and subtracted.
"""

import argparse
import asyncio
import datetime
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("CHATTERD", str(ROOT / "build/release/bin/chatterd"))
os.environ.setdefault("E2E_BUILD_DIR", str(ROOT / "build/release/bench"))
sys.path.insert(0, str(ROOT / "tests/e2e"))

import grpc  # noqa: E402

from harness import Chatterd, Postgres, Tenant  # noqa: E402
from stubs import chat_pb2, chat_pb2_grpc  # noqa: E402

STREAMS_PER_CONNECTION = 900  # the server takes up to 1,000
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def cpu_of_postgres(postgres):
    """Of the server and all its processes, those that have ended included."""
    parent = int((postgres._home() / "data/postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    fields = Path(f"/proc/{parent}/stat").read_text().rsplit(")", 1)[1].split()
    return cpu_seconds([parent, *children]) + (int(fields[13]) + int(fields[14])) / TICKS


def measure(server, postgres, seconds):
    """Per cent of one core: chatterd, PostgreSQL."""
    began = time.monotonic(), cpu_seconds([server.pid]), cpu_of_postgres(postgres)
    time.sleep(seconds)
    took = time.monotonic() - began[0]
    return (100 * (cpu_seconds([server.pid]) - began[1]) / took,
            100 * (cpu_of_postgres(postgres) - began[2]) / took)


def make_tenants(server, postgres, url, count, users):
    """Names of tenants; each user's token is made here, and stored as the server would."""
    names = [f"tenant_{i}" for i in range(count)]
    for name in names:
        tenant = Tenant(server, name)
        tenant.close()
        postgres.query(f"INSERT INTO {name}.chatter_user (id, display_name) "
                       f"SELECT 'user ' || i, '' FROM generate_series(1, {users}) i", url)
        postgres.query(f"INSERT INTO {name}.chatter_session (token_digest, user_id, created_at, expires_at) "
                       "SELECT sha256(convert_to('chs_' || lpad(i::text, 43, 'A'), 'UTF8')), 'user ' || i, now(), "
                       f"now() + interval '1 day' FROM generate_series(1, {users}) i", url)
        postgres.query(f"ANALYZE {name}.chatter_user, {name}.chatter_session", url)
    return names


async def open_streams(address, names, users):
    channels, streams = [], []
    for number in range(len(names) * users):
        if number % STREAMS_PER_CONNECTION == 0:
            channels.append(grpc.aio.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]))
        token = "chs_" + str(number // len(names) + 1).rjust(43, "A")
        call = chat_pb2_grpc.ChatServiceStub(channels[-1]).Chat(metadata=[
            ("x-chatter-tenant", names[number % len(names)]), ("authorization", f"Bearer {token}")])
        await call.write(chat_pb2.ChatRequest(open=chat_pb2.Open()))
        await call.read()
        streams.append(call)
    return channels, streams


async def run(arguments):
    postgres = Postgres.shared(durable=False)
    url = postgres.make_database()
    server = Chatterd(url, "--heartbeat-interval", "1h")
    server.start()
    users = arguments.streams // arguments.tenants
    names = make_tenants(server, postgres, url, arguments.tenants, users)
    idle = await asyncio.to_thread(measure, server, postgres, min(arguments.seconds, 20))
    channels, streams = await open_streams(server.address, names, users)
    await asyncio.sleep(5)  # what opening them has left to do isn't what is measured
    busy = await asyncio.to_thread(measure, server, postgres, arguments.seconds)
    print(f"{datetime.date.today()}: {len(streams)} streams over {len(names)} tenants, {arguments.seconds} s")
    for what, before, with_streams in zip(("chatterd", "PostgreSQL"), idle, busy):
        print(f"  {what:10} {with_streams:5.2f} % of one core, {before:5.2f} % without streams: "
              f"{with_streams - before:5.2f} % for the recheck")
    print(f"  together   {sum(busy) - sum(idle):5.2f} %")
    for call in streams:
        call.cancel()
    for channel in channels:
        await channel.close()
    server.destroy()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--tenants", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=60)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
