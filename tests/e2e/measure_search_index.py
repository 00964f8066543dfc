"""What the sends of one tenant notice of the making of another's search indexes: prints their latencies before, meanwhile
and after, and how long it took.

    CHATTERD=... tests/e2e/measure_search_index.py [MESSAGES]
"""

import sys
import time

from harness import Chatterd, Postgres, Tenant
from stubs import settings_pb2

FILL = """
INSERT INTO large.chatter_event (room_id, seq, created_at, kind, actor_id, client_message_id, text)
  SELECT r.id, 1 + s, now(), 2, 'alice', 'fill-' || s,
         (SELECT string_agg(md5((s * 16 + w)::text), ' ') FROM generate_series(1, 3) w)
    FROM large.chatter_room r, generate_series({first}, {last}) s;
"""
STEP = 50_000


def report(name, took):
    took.sort()
    p50, p99 = (took[int(share * (len(took) - 1))] * 1000 for share in (0.5, 0.99))
    print(f"{name}: {len(took)} sends, p50 {p50:.1f} ms, p99 {p99:.1f} ms, "
          f"slowest {took[-1] * 1000:.0f} ms", flush=True)


class Sender:
    def __init__(self, tenant):
        tenant.add_users("alice", "bob")
        self.alice = tenant.client("alice")
        self.room_id = self.alice.room_id("alice", "bob")
        self.count = 0

    def send_while(self, goes_on):
        took = []
        while goes_on():
            self.count += 1
            begun = time.monotonic()
            self.alice.send_message(self.room_id, str(self.count), "hello")
            took.append(time.monotonic() - begun)
        return took

    def send_for(self, seconds):
        end = time.monotonic() + seconds
        return self.send_while(lambda: time.monotonic() < end)


def main(messages="300000"):
    postgres = Postgres(durable=True)
    postgres.start()
    url = postgres.make_database()
    server = Chatterd(url)
    try:
        server.start()
        large = Tenant(server, "large")
        Sender(large)
        for first in range(0, int(messages), STEP):
            postgres.query(FILL.format(first=first + 1, last=min(first + STEP, int(messages))), url)
        sender = Sender(Tenant(server, "acme"))
        sender.send_for(5)  # until all is warm
        report("before", sender.send_for(20))
        service = large.service
        begun = time.monotonic()
        service.set_settings("search_language", search_language="english")
        last = [begun, True]

        def is_preparing():
            if time.monotonic() - last[0] > 0.5:
                settings = service.settings.GetSettings(settings_pb2.GetSettingsRequest()).settings
                last[:] = [time.monotonic(), settings.HasField("search_language_change")]
            return last[1]
        took = sender.send_while(is_preparing)
        print(f"{messages} messages were indexed in {time.monotonic() - begun:.1f} s")
        report("meanwhile", took)
        report("after", sender.send_for(20))
    finally:
        server.destroy()
        postgres.destroy()


if __name__ == "__main__":
    main(*sys.argv[1:])
