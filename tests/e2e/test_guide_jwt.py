"""The guide docs/guides/jwt.md, word for word, against the real chatterd."""

from guides import LaidOut
from harness import ServerTestCase, Tenant


class Guide(ServerTestCase):
    def test_all_of_it(self):
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        guide = LaidOut(self, "jwt.md")
        out = guide.run(guide.script)
        self.assertIn("alice: Hello, Bob", out)
        self.assertEqual(out.splitlines()[-1], "deleted")
