"""The guide docs/guides/settings.md, word for word, against the real chatterd."""

import re

from guides import LaidOut
from harness import ServerTestCase, Tenant


class Guide(ServerTestCase):
    def test_all_of_it(self):
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        tenant.add_users("alice", "bob")
        guide = LaidOut(self, "settings.md")
        lines = guide.run("exec 2>&1\n" + guide.script).splitlines()
        refused = [line for line in lines if line.endswith("[FEATURE_DISABLED]")]
        self.assertEqual(len(refused), 1, lines)
        self.assertEqual(lines.count("reacted"), 1)
        disabled = [line.split("  ", 1)[1].strip() for line in lines if line.startswith("disabled")]
        self.assertEqual(disabled, ["none", "reactions, public-rooms"] + ["public-rooms"] * 4)
        windows = [line.split()[-1] for line in lines if line.startswith("rewrite window")]
        self.assertEqual(windows, ["none"] * 3 + ["15m"] + ["none"] * 2)
        texts = [line.split("  ", 2)[2] for line in lines if re.match(r"\d+  ", line)]
        self.assertEqual(texts, ["bob: Helo, Alice", "bob: Hello, Alice", "bob: (erased)",
                                 "bob: (erased)", "bob: Hello!"])
