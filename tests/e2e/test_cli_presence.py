"""Presence, as a shell script handles it with `chatter`."""

import json

from client import Client
from command_line import USAGE, CommandLineTestCase
from stubs import presence_pb2


class Presence(CommandLineTestCase):
    def open(self, user_id):
        """A stream of another program's."""
        client = Client(self.server.address, tenant=self.tenant, token=self.tokens[user_id])
        self.addCleanup(client.close)
        stream = client.stream()
        self.addCleanup(stream.cancel)
        return stream

    def test_once(self):
        self.open("alice")
        shown = [line.split() for line in
                 self.as_user("bob", "presence", "carol", "alice").splitlines()]
        self.assertEqual(shown, [["USER", "PRESENCE", "LAST", "SEEN"], ["carol", "offline"],
                                 ["alice", "online"]])
        told = json.loads(self.as_user("bob", "presence", "alice", "--json"))
        self.assertEqual(told, {"presences": [{"user_id": "alice",
                                               "status": "PRESENCE_STATUS_ONLINE"}]})
        self.assertEqual(self.admin("presence", "alice").splitlines()[1].split(),
                         ["alice", "online"])

    def test_going_on(self):
        stream = self.open("alice")
        stream.reply(stream.set_presence(presence_pb2.PRESENCE_STATUS_AWAY))
        self.assertEqual(self.as_user("bob", "presence", "alice", "--watch", "--count", "1"),
                         "alice  away\n")
        # Whoever watches is there.
        self.assertEqual(sorted(self.as_user("bob", "presence", "alice", "bob", "--watch",
                                             "--count", "2").splitlines()),
                         ["alice  away", "bob  online"])

    def test_bad_input(self):
        self.chatter("presence", code=USAGE, token=self.tokens["bob"])
        self.chatter("presence", "alice", "--count", "1", code=USAGE, token=self.tokens["bob"])
        self.chatter("presence", "--watch", *["alice"] * 201, code=USAGE, token=self.tokens["bob"])
