"""What the streams of a user in many rooms cost the server in memory.

    /usr/bin/python3 tests/e2e/measure_stream_rooms.py [ROOMS [STREAMS]]      (default: 8888 200; needs a build)
"""

import re
import sys
import time
from pathlib import Path

from harness import Chatterd, Postgres, Tenant


def resident(server):
    """Once it doesn't change any more, in bytes."""
    sizes = []
    while len(sizes) < 3 or max(sizes[-3:]) != min(sizes[-3:]):
        time.sleep(1)
        status = Path(f"/proc/{server.pid}/status").read_text("ascii")
        sizes.append(int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)[1]) << 10)
    return sizes[-1]


def main():
    rooms, streams = (int(number) for number in (sys.argv[1:] + ["8888", "200"][len(sys.argv) - 1:]))
    server = Chatterd(Postgres.shared(durable=False).make_database(),
                      f"--max-streams-per-user={streams + 1}")
    server.start()
    tenant = Tenant(server, "acme")
    tenant.add_users("bob")
    for number in range(rooms):
        tenant.service.create_group("bob", owner_ids=["bob"], request_id=str(number))
    bob = tenant.client("bob")
    bob.stream()  # what is kept once for all
    before = resident(server)
    for _ in range(streams):
        bob.stream()
    each = (resident(server) - before) / streams
    print(f"{streams} streams in {rooms} rooms: {each / 1024:.0f} KiB each, {each / rooms:.0f} bytes "
          "for each room")
    tenant.close()
    server.destroy()


if __name__ == "__main__":
    main()
