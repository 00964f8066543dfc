"""The guide docs/guides/search.md, word for word, against the real chatterd."""

import re

from guides import LaidOut
from harness import ServerTestCase, Tenant


class Guide(ServerTestCase):
    def test_all_of_it(self):
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        tenant.add_users("alice", "bob")
        guide = LaidOut(self, "search.md")
        lines = guide.run("exec 2>&1\n" + guide.script).splitlines()
        self.assertEqual([line.rpartition("[")[2] for line in lines if line.startswith("chatter:")],
                         ["FEATURE_DISABLED]"])
        found = [line.split("  ", 3)[3] for line in lines if re.match(r"[0-9a-f-]{36}  ", line)]
        self.assertCountEqual(found[:2], ["alice: The red *apples* are ripe",
                                          "bob: Pears as well, and an *apple* tree"])
        self.assertEqual(found[2:], ["alice: The red *apples* are ripe",
                                     "bob: *Pears* as well, and an *apple* tree",
                                     "alice: The red *apples* are ripe",
                                     "bob: *Quinces* as well (edited)"])
