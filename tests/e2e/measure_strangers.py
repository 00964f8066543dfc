"""What strangers cost: prints the server's memory before, at the peak of, and after each attack.

    CHATTERD=... tests/e2e/measure_strangers.py
"""

import collections
import contextlib
import re
import socket
import tempfile
import threading
import time
from pathlib import Path

import grpc

import raw_http2
from client import CHANNEL_OPTIONS
from harness import PATIENCE, SERVING, Chatterd, Postgres

MIB = 1 << 20


def memory(server, field):
    status = Path(f"/proc/{server.pid}/status").read_text("ascii")
    return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024


def large_requests(server, postgres):
    """100 requests of 480 KB that become 20 MiB each if they are parsed; look-ups wait."""
    request = b"\x0a\x00" * (240 << 10)
    postgres.stop()
    with grpc.insecure_channel(server.address, CHANNEL_OPTIONS) as channel:
        upsert = channel.unary_unary("/chatter.v1.UserService/UpsertUsers")
        calls = [upsert.future(request, timeout=PATIENCE, metadata=[
            ("x-chatter-tenant", "nobody"), ("authorization", "Bearer x")]) for _ in range(100)]
        for call in calls:
            call.code()
    postgres.start()
    server.wait_for_health(SERVING)


def compressed_bomb(server, _):
    """100 MiB of zeros as 100 KB."""
    with grpc.insecure_channel(server.address, CHANNEL_OPTIONS) as channel:
        channel.unary_unary("/chatter.v1.UserService/UpsertUsers")(
            bytes(100 * MIB), compression=grpc.Compression.Gzip, timeout=PATIENCE,
            metadata=[("x-chatter-tenant", "nobody")])


def rapid_reset(server, _):
    """4 MB of calls that are reset at once."""
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        raw_http2.greet(connection)
        connection.settimeout(PATIENCE)
        first = 1
        for _ in range(42):
            connection.sendall(raw_http2.rapid_resets(first, 700))
            first += 1400
        raw_http2.unary_call(server.port, b"/grpc.health.v1.Health/Check", [], PATIENCE)


def endless_requests(server, _):
    endless(server, "endless_requests", b"/chatter.v1.UserService/UpsertUsers", 4 * MIB - 1)


def endless_health_requests(server, _):
    endless(server, "endless_health_requests", b"/grpc.health.v1.Health/Check", 500 << 10)


def endless(server, name, path, size):
    """From 20 connections, for 20 seconds: 100 requests each that never end. Memory is bounded as in
    a container of 512 MiB; somebody calls meanwhile."""
    requests = [raw_http2.EndlessRequests(server.port, f"127.0.0.{10 + i}", path, size, 100, PATIENCE)
                for i in range(20)]

    def run(request):
        with contextlib.suppress(OSError, ValueError):  # the other end, or we, have closed it
            request.run()
    threads = [threading.Thread(target=run, args=(request,), daemon=True) for request in requests]
    for thread in threads:
        thread.start()
    end, outcomes = time.monotonic() + 20, collections.Counter()
    while time.monotonic() < end:
        try:
            outcomes[raw_http2.unary_call(server.port, b"/grpc.health.v1.Health/Check", [], 5)[0]] += 1
        except OSError as error:
            outcomes[type(error).__name__] += 1
    for request in requests:
        with contextlib.suppress(OSError):
            request.close()
    print(f"{name}: statuses of calls beside: {dict(outcomes)}")


@contextlib.contextmanager
def container(size):
    """What a command is begun with to be told, as in a container, that it has so much memory."""
    with tempfile.TemporaryDirectory(prefix="chatter-e2e.") as folder:
        (Path(folder) / "memory.max").write_text(str(size), "ascii")
        yield ("unshare", "--mount", "sh", "-c",
               f'mount --bind {folder} /sys/fs/cgroup && exec "$@"', "sh")


def measure(attack, postgres, within):
    server = Chatterd(postgres.make_database(), within=within)
    server.start()
    before = memory(server, "VmRSS")
    begun = time.monotonic()
    try:
        attack(server, postgres)
    except (OSError, grpc.RpcError) as error:
        print(f"{attack.__name__}: {type(error).__name__}")
    took = time.monotonic() - begun
    time.sleep(15)
    print(f"{attack.__name__}: {before:.0f} MiB before, {memory(server, 'VmHWM'):.0f} at the "
          f"peak, {memory(server, 'VmRSS'):.0f} after 15 s; took {took:.1f} s", flush=True)
    server.destroy()


def main():
    postgres = Postgres.shared(durable=False)
    for attack in (large_requests, compressed_bomb, rapid_reset):
        measure(attack, postgres, within=())
    with container(512 * MIB) as within:
        for attack in (endless_requests, endless_health_requests):
            measure(attack, postgres, within)


if __name__ == "__main__":
    main()
