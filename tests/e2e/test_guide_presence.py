"""The guide docs/guides/presence.md, word for word, against the real chatterd."""

from guides import LaidOut
from harness import ServerTestCase, Tenant
from test_readme import example


class Guide(ServerTestCase):
    def test_all_of_it(self):
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        tenant.add_users("alice", "bob")
        guide = LaidOut(self, "presence.md")
        lines = guide.run(example("python-setup") + guide.script).splitlines()
        begin = lines.index("bob is OFFLINE")
        self.assertEqual([line.split() for line in lines[begin - 2:begin]],
                         [["alice", "offline"], ["bob", "offline"]])
        self.assertEqual(lines[begin:], ["bob is OFFLINE", "bob is ONLINE", "bob is typing",
                                         "bob has stopped", "bob is AWAY"])
