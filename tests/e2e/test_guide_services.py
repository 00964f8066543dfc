"""The guide docs/guides/services.md, word for word, against the real chatterd."""

import json

from guides import LaidOut
from harness import ServerTestCase, Tenant
from test_readme import example


class Guide(ServerTestCase):
    def test_all_of_it(self):
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        tenant.add_users("alice", "bob")
        guide = LaidOut(self, "services.md")
        gateway = "timeout 30 /usr/bin/python3 .local/services/gateway.py\n"
        # The key that the gateway takes is there before it is changed.
        before, after = guide.script.split("export CHATTER_ADMIN_KEY_FILE=.local/admin-key\nexport CHATTER_TOKEN", 1)
        out = guide.run(example("python-setup") + before + gateway
                        + "export CHATTER_ADMIN_KEY_FILE=.local/admin-key\nexport CHATTER_TOKEN" + after)
        sent = next(json.loads(line) for line in out.splitlines() if "Hello from the shop" in line)
        message = sent["messages"][0] if "messages" in sent else sent
        self.assertEqual((message["sender_id"], message["service"]), ("alice", "shop"))
        self.assertIn("opened alice", out)
        self.assertEqual(out.splitlines()[-2:], ["revoked", "set"])
