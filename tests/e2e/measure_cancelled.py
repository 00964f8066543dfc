"""What callers cost who make many calls and take them all back: prints the server's memory and what others notice.

    CHATTERD=... tests/e2e/measure_cancelled.py [CONNECTIONS] [CALLS]
"""

import re
import subprocess
import sys
import time
from pathlib import Path

import grpc

from harness import PATIENCE, Chatterd, Postgres, Tenant
from stubs import chat_pb2, chat_pb2_grpc


def attack(address, tenant, token, room_id, calls):
    """As many calls as go into one connection, cancelled while they are under way."""
    metadata = (("x-chatter-tenant", tenant), ("authorization", f"Bearer {token}"))
    request = chat_pb2.ListMessagesRequest(room_id=room_id)
    with grpc.insecure_channel(address) as channel:
        list_messages = chat_pb2_grpc.ChatServiceStub(channel).ListMessages
        for call in [list_messages.future(request, PATIENCE, metadata) for _ in range(int(calls))]:
            call.cancel()


def begin(server, tenant, user_id, room_id, calls):
    """The same in a process of its own."""
    return subprocess.Popen([sys.executable, __file__, "attack", server.address, tenant.name,
                             tenant.token(user_id), room_id, str(calls)])


def memory(server, field):
    status = Path(f"/proc/{server.pid}/status").read_text("ascii")
    return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)[1]) >> 10


def main(connections=10, calls=10_000):
    postgres = Postgres()
    postgres.start()
    server = Chatterd(postgres.make_database())
    try:
        server.start()
        tenant, other = Tenant(server, "acme"), Tenant(server, "other")
        tenant.add_users("alice")
        other.add_users("bob")
        alice, bob = tenant.client("alice"), other.client("bob")
        room_id, bobs_room_id = alice.room_id("alice"), bob.room_id("bob")
        for number in range(50):
            alice.send_message(room_id, str(number), "x" * 1_000)
        print(f"{memory(server, 'VmRSS')} MiB before", flush=True)
        begun = time.monotonic()
        attackers = [begin(server, tenant, "alice", room_id, calls) for _ in range(int(connections))]
        took = []
        failed = 0
        while any(attacker.poll() is None for attacker in attackers):
            asked = time.monotonic()
            try:
                bob.get_room(bobs_room_id)
            except grpc.RpcError:
                failed += 1
            took.append(time.monotonic() - asked)
        over = time.monotonic()
        bob.get_room(bobs_room_id)
        took.sort()
        print(f"{int(connections) * int(calls)} calls cancelled in {over - begun:.1f} s: "
              f"{memory(server, 'VmHWM')} MiB at the peak; {len(took)} calls beside, {failed} failed, median "
              f"{took[len(took) // 2] * 1000:.0f} ms, slowest {took[-1] * 1000:.0f} ms; the first after "
              f"{(time.monotonic() - over) * 1000:.0f} ms", flush=True)
        begun = time.monotonic()
        server.end()
        print(f"ended {time.monotonic() - begun:.1f} s after SIGTERM")
    finally:
        server.destroy()
        postgres.destroy()


if __name__ == "__main__":
    if sys.argv[1:2] == ["attack"]:
        attack(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
