"""What Prometheus is given: how full each bounded thing is, and how often its bound was met."""

import re
import urllib.error
import urllib.request

from harness import PATIENCE, ServerTestCase, free_port
from stubs import ROOT

METRICS_ADDRESS = f"127.0.0.1:{free_port()}"


def scrape(address=METRICS_ADDRESS):
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=PATIENCE) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in
            (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))}


class Metrics(ServerTestCase):
    flags = ("--metrics-listen", METRICS_ADDRESS)

    def test_counts_streams_and_messages(self):
        tenant = self.make_tenant("alice", "bob")
        alice = self.client(tenant, "alice")
        room_id = alice.room_id("alice", "bob")
        before = scrape()
        streams = [alice.stream() for _ in range(3)]
        for stream in streams:
            self.addCleanup(stream.cancel)
        streams[0].sent(streams[0].send(room_id, "1", "hello"))
        after = scrape()
        self.assertEqual(after["chatter_streams"] - before["chatter_streams"], 3)
        self.assertEqual(after["chatter_messages_stored_total"]
                         - before["chatter_messages_stored_total"], 1)
        behind = alice.stream({room_id: 0})
        self.addCleanup(behind.cancel)
        behind.caught_up(room_id)
        self.assertGreater(scrape()["chatter_log_pages_read_total"],
                           after["chatter_log_pages_read_total"])

    def test_nothing_is_above_its_limit(self):
        metrics = scrape()
        for name, limit in metrics.items():
            if "_limit" in name:
                self.assertLessEqual(metrics[name.replace("_limit", "")], limit)

    def test_each_is_explained(self):
        explained = set(re.findall(r"^\| `(chatter_\w+)`",
                                   (ROOT / "docs/operations/metrics.md").read_text("utf-8"), re.M))
        self.assertEqual({name.partition("{")[0] for name in scrape()
                          if name.startswith("chatter_")}, explained)

    def test_nothing_else_is_served_there(self):
        for path in ("/", "/../../etc/passwd"):
            with self.assertRaises(urllib.error.HTTPError):
                urllib.request.urlopen(f"http://{METRICS_ADDRESS}{path}", timeout=PATIENCE)
