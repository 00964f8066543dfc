"""The guide docs/guides/jwt.md, word for word, against the real chatterd."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from harness import CHATTER, PATIENCE, ServerTestCase, Tenant
from stubs import ROOT


class Guide(ServerTestCase):
    def test_all_of_it(self):
        # What scripts/run leaves behind, which the guide begins with.
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        place = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        self.addCleanup(place.cleanup)
        home = Path(place.name)
        (home / ".local/jwt").mkdir(parents=True)
        (home / ".local/admin-key").symlink_to(self.server.admin_key_file)
        (home / "build/release/bin").mkdir(parents=True)
        (home / "build/release/bin/chatter").symlink_to(CHATTER)

        text = (ROOT / "docs/guides/jwt.md").read_text("utf-8")
        blocks = re.findall(r"<!-- test: (\S+) -->\n```\w*\n(.*?)```", text, re.DOTALL)
        for name, code in blocks:
            if name != "shell":
                (home / name).write_text(code, "utf-8")
        script = "".join(code for name, code in blocks if name == "shell")
        done = subprocess.run(["bash", "-euc", script], cwd=home, text=True, capture_output=True,
                              timeout=PATIENCE * 3, check=False,
                              env={"PATH": os.environ["PATH"], "HOME": "/nonexistent",
                                   "CHATTER_ADDRESS": self.server.address})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("alice: Hello, Bob", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-1], "deleted")
