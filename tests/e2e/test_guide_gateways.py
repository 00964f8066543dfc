"""The guide docs/guides/gateways.md, word for word, against the real chatterd."""

import http.client
import json

from guides import LaidOut
from harness import PATIENCE, ServerTestCase, Tenant, free_port
from test_readme import example


class Browser:
    """An EventSource, as far as the guide needs it."""

    def __init__(self, port, user, last_id=""):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._connection.request("GET", f"/events?user={user}", headers={"Last-Event-ID": last_id})
        self._lines = self._connection.getresponse()
        self.status = self._lines.status
        self.last_id = last_id

    def wait_for(self, kind):
        """The data of the next event of this kind."""
        event = {}
        while line := self._lines.readline().decode():
            if line != "\n":
                name, _, value = line.rstrip("\n").partition(": ")
                event[name] = value
                continue
            self.last_id = event["id"]
            if event["event"] == kind:
                return json.loads(event["data"])
            event = {}
        raise AssertionError(f"the stream ended before any {kind}")

    def close(self):
        self._connection.close()


class Guide(ServerTestCase):
    def post(self, port, user, room, text, status=200):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("POST", f"/messages?user={user}&room={room}", text)
        response = connection.getresponse()
        self.assertEqual(response.status, status)
        sent = response.read()
        connection.close()
        return int(json.loads(sent)["seq"]) if status == 200 else None

    def test_all_of_it(self):
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        tenant.add_users("alice", "bob")
        port = free_port()
        guide = LaidOut(self, "gateways.md")
        gateway = guide.start(example("python-setup") + guide.script
                              + f"exec /usr/bin/python3 .local/gateway.py {port}\n")
        while gateway.stdout.readline() != "listening\n":
            self.assertIsNone(gateway.poll(), "the gateway has ended")

        room = self.client(tenant, "alice").room_id("alice", "bob")
        bob = Browser(port, "bob")
        self.assertEqual(bob.wait_for("opened")["opened"]["userId"], "bob")
        self.assertEqual(self.post(port, "alice", room, "Hello from a browser"), 2)
        event = bob.wait_for("room_event")["roomEvent"]
        self.assertEqual((event["actorId"], event["messageSent"]["text"]),
                         ("alice", "Hello from a browser"))
        bob.close()
        for text in ("while he was away", "again, when he had seen no event but opened"):
            self.post(port, "alice", room, text)
            back = Browser(port, "bob", bob.last_id)
            self.addCleanup(back.close)
            self.assertEqual(back.wait_for("room_event")["roomEvent"]["messageSent"]["text"], text)
            back.close()
            bob = Browser(port, "bob")
            self.addCleanup(bob.close)
            bob.wait_for("opened")
            bob.close()
        nobody = Browser(port, "nobody")
        self.addCleanup(nobody.close)
        self.assertGreaterEqual(nobody.status, 400)
        self.post(port, "alice", "no-room", "lost", status=400)
