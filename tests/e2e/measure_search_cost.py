"""What searching costs: making and keeping the index of a tenant's messages, what storing a message takes PostgreSQL with
and without it, and how long searches take.

    CHATTERD=... tests/e2e/measure_search_cost.py [MESSAGES]
"""

import select
import statistics
import sys
import time

from harness import Chatterd, Postgres, Tenant
from stubs import search_pb2, settings_pb2

# Some 14 of 20,000 words, the first ones the most frequent, in four forms, and signs and accents as they come: 100 bytes
# on the average.
TEXT = """
(SELECT string_agg(translate(substr(md5((20000 * random() ^ 4)::int::text), 1, 2 + ascii(md5((i + w)::text)) % 7),
                             '0123456789', 'aeiounrsté') || (ARRAY['', 's', 'ing', 'ed'])[1 + (i + w) % 4],
                   (ARRAY[' ', ' ', ' ', ' ', ' ', ' ', ' ', ', ', '. ', '-'])[1 + w % 10])
   FROM generate_series(1, 14) w)
"""
INSERT = f"""
INSERT INTO large.chatter_event (room_id, seq, created_at, kind, actor_id, client_message_id, text)
  SELECT r.id, i, clock_timestamp(), 2, 'alice', 'fill-' || i, {TEXT} FROM large.chatter_room r, generate_series({{first}}, {{last}}) i
"""
STEP = 20_000

# In milliseconds, for each of the rows that the statement inserts in each of its rounds.
CPU = """
CREATE FUNCTION pg_temp.cpu() RETURNS bigint LANGUAGE sql AS
  $$ SELECT 10 * (s[14]::bigint + s[15]::bigint) FROM regexp_split_to_array(pg_read_file('/proc/self/stat'), ' ') s $$;
CREATE TEMP TABLE took (ms float);
CREATE TEMP TABLE texts AS SELECT i, {text} AS text FROM generate_series(1, {rounds} * {batch}) i;
DO $$ DECLARE begun bigint := pg_temp.cpu(); room uuid := (SELECT id FROM large.chatter_room);
BEGIN
  FOR round IN 0 .. {rounds} - 1 LOOP
    INSERT INTO large.chatter_event (room_id, seq, created_at, kind, actor_id, client_message_id, text)
      SELECT room, {first} + t.i, clock_timestamp(), 2, 'alice', '{first}-' || t.i, t.text
        FROM texts t WHERE t.i > round * {batch} AND t.i <= (round + 1) * {batch};
  END LOOP;
  INSERT INTO took SELECT (pg_temp.cpu() - begun)::float / {rounds} / {batch};
END $$;
SELECT 1000 * ms FROM took;
"""


class Measurement:
    def __init__(self, messages):
        self.messages = messages
        self.postgres = Postgres(durable=True)
        self.postgres.start()
        self.url = self.postgres.make_database()
        self.server = Chatterd(self.url)
        self.server.start()
        self.tenant = Tenant(self.server, "large")
        self.tenant.add_users("alice", "bob")
        self.alice = self.tenant.client("alice")
        self.room_id = self.alice.room_id("alice", "bob")
        self.first = 10 * messages

    def close(self):
        self.tenant.close()
        self.server.destroy()
        self.postgres.destroy()

    def fill(self):
        for first in range(2, self.messages, STEP):
            self.postgres.query(INSERT.format(first=first, last=min(first + STEP, self.messages) - 1), self.url)
        self.postgres.query("ANALYZE large.chatter_event", self.url)

    def report_inserts(self, what):
        for rounds, batch in ((2000, 1), (100, 100)):
            figures = []
            for _ in range(3):
                self.first += 1_000_000
                figures += self.postgres.query(
                    CPU.format(text=TEXT, rounds=rounds, batch=batch, first=self.first), self.url)[-1:]
            took = statistics.median(map(float, figures))
            print(f"{what}: {took:.0f} µs of PostgreSQL's processor for a row, {batch} at once", flush=True)

    def make_index(self):
        service = self.tenant.service
        begun = time.monotonic()
        settings = service.set_settings("search_language", search_language="english")
        while settings.HasField("search_language_change"):
            select.select([], [], [], 0.01)  # only lets others run: what is waited for can't be watched
            settings = service.settings.GetSettings(settings_pb2.GetSettingsRequest()).settings
        print(f"{self.messages} messages were indexed in {time.monotonic() - begun:.1f} s")
        print(*self.postgres.query(
            "SELECT relname || ': ' || pg_size_pretty(pg_relation_size(oid)) FROM pg_class WHERE relnamespace = "
            "'large'::regnamespace AND (relname ~ '_(words|parts)_english' OR relname = 'chatter_event')", self.url),
            sep="\n", flush=True)

    def report_searches(self):
        [text] = self.postgres.query("SELECT text FROM large.chatter_event WHERE text ~ '^[a-z]+ [a-z]+ [a-z]+ ' "
                                     "ORDER BY seq DESC LIMIT 1", self.url)
        words = sorted(text.split()[:3], key=len)
        for query in (words[-1], " ".join(words[-2:]), '"' + " ".join(text.split()[:2]) + '"', words[-1][:3]):
            took = []
            for _ in range(5):
                begun = time.monotonic()
                hits = self.alice.search.SearchMessages(search_pb2.SearchMessagesRequest(query=query)).hits
                took.append(time.monotonic() - begun)
            matches = self.postgres.query(f"SELECT count(*) FROM large.chatter_event WHERE text ~ '\\m{words[-1]}'",
                                          self.url)
            print(f"{query} ({matches[0]} with {words[-1]}): {1000 * statistics.median(took):.0f} ms, {len(hits)} hits")


def main(messages="100000"):
    measurement = Measurement(int(messages))
    try:
        measurement.fill()
        measurement.report_inserts("without an index")
        measurement.make_index()
        measurement.report_inserts("with the index")
        measurement.report_searches()
    finally:
        measurement.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
