"""The guide docs/guides/messages.md, word for word, against the real chatterd."""

import re

from guides import LaidOut
from harness import ServerTestCase, Tenant
from test_readme import example


def column(table, name):
    """What a table's line says there; its cells are of one word each."""
    return table[1][table[0].index(name):].split()[0]


class Guide(ServerTestCase):
    def test_all_of_it(self):
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        tenant.add_users("alice", "bob")
        guide = LaidOut(self, "messages.md")
        lines = guide.run(example("python-setup") + guide.script).splitlines()
        shown = [line.split("  ", 2)[2] for line in lines if re.match(r"\d+  ", line)]
        self.assertEqual(shown, ["bob: Hello, Alice (edited) (pinned) [👍 1]"] * 2 + ["bob: (deleted)"])
        begin = lines.index("deleted")
        self.assertEqual(lines[begin - 1], "2")  # sent again
        self.assertEqual(lines[begin + 2:begin + 4], ["2 Hello, Alice True {'👍': ['alice']}",
                                                      "6 (deleted) False {}"])
        self.assertEqual(lines[begin + 4:begin + 6], ["messages 1, rooms 1, mentions 0", "2"])
        unread = [column(lines[i:i + 2], "UNREAD") for i, line in enumerate(lines) if "UNREAD" in line]
        self.assertEqual(unread, ["0", "0"])
        read = [column(lines[i:i + 2], "READ") for i, line in enumerate(lines) if line.endswith("READ")]
        self.assertEqual(read, ["7", "7"])  # before the silent mark, and after
