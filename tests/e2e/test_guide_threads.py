"""The guide docs/guides/threads.md, word for word, against the real chatterd."""

import re

from guides import LaidOut
from harness import ServerTestCase, Tenant
from test_readme import example


class Guide(ServerTestCase):
    def test_all_of_it(self):
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        tenant.add_users("alice", "bob", "carol")
        guide = LaidOut(self, "threads.md")
        lines = guide.run(example("python-setup") + guide.script).splitlines()
        shown = [line.split("  ", 2)[2] for line in lines if re.match(r"\d+  ", line)]
        self.assertEqual(shown, [
            "alice: Where do we meet? (replies: 2)", "bob: At the harbour (reply to 2)",
            "alice: Which pier? (in thread 2)", "bob: The second (in thread 2)",
            "bob: (with https://files.example/pier.png)", "bob: The tickets (with tickets.pdf)",
            "alice: The tickets (forwarded from bob) (with tickets.pdf)"])
        self.assertIn('"unread_mention_count":2', lines)
        begin = lines.index("edited")
        self.assertEqual(lines[begin - 1], lines[begin + 1])  # forwarded again
