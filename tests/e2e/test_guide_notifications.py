"""The guide docs/guides/notifications.md, word for word, against the real chatterd."""

from guides import LaidOut
from harness import ServerTestCase, Tenant
from test_guide_messages import column
from test_readme import example


class Guide(ServerTestCase):
    def test_all_of_it(self):
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        tenant.add_users("alice", "bob")
        guide = LaidOut(self, "notifications.md")
        lines = guide.run(example("python-setup") + guide.script).splitlines()
        begin = lines.index("bob")
        self.assertEqual(lines[begin + 1:begin + 8],
                         ["chosen", "chosen", "muted", "messages 0, rooms 0, mentions 0", "unmuted",
                          "messages 1, rooms 1, mentions 0", "pinned"])
        kinds = [line for line in lines if "group" in line]
        self.assertEqual([", hidden" in kind for kind in kinds], [False, True, False])
        self.assertTrue(all("group, pinned" in kind for kind in kinds))
        disturbed = [column(lines[i:i + 2], "READ MARKS") for i, line in enumerate(lines)
                     if "DO NOT DISTURB" in line]
        self.assertEqual(disturbed, ["shown", "shown", "hidden"])
        self.assertEqual(lines.count("bob"), 1)
        read = {line.split()[0]: line.split()[-1] for line in lines if "member" in line.split()}
        self.assertEqual(read["bob"], "1")
        self.assertEqual(lines[-1], "push to bob Are you there?")
