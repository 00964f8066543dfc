"""The examples of the README, word for word, against the real chatterd."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from harness import CHATTER, PATIENCE, ServerTestCase, Tenant
from stubs import ROOT
from test_node import install_packages


def example(name):
    """The block of code behind the README's mark `<!-- test: NAME -->`."""
    text = (ROOT / "README.md").read_text("utf-8")
    return re.search(rf"<!-- test: {name} -->\n```\w*\n(.*?)```", text, re.DOTALL).group(1)


class Readme(ServerTestCase):
    """What scripts/run leaves behind, which the examples rely on, is made here by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tenant = Tenant(cls.server, "demo")
        cls.addClassCleanup(tenant.close)
        tenant.add_users("alice", "bob")
        place = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        cls.addClassCleanup(place.cleanup)
        cls.place = Path(place.name)
        (cls.place / "proto").symlink_to(ROOT / "proto")
        (cls.place / "build/release/bin").mkdir(parents=True)
        (cls.place / "build/release/bin/chatter").symlink_to(CHATTER)
        (cls.place / ".local").mkdir()
        for user_id in ("alice", "bob"):
            (cls.place / ".local" / f"{user_id}.token").write_text(tenant.token(user_id) + "\n")

    def run_example(self, program, code, **environment):
        done = subprocess.run([*program, code], cwd=self.place, text=True, capture_output=True,
                              timeout=PATIENCE * 2, check=False,
                              env={"PATH": os.environ["PATH"],
                                   "CHATTER_ADDRESS": self.server.address, **environment})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_rooms(self):
        out = "\n".join(self.run_example(["bash", "-euc"], example("rooms")))
        for shown in ("added bob", "alice added bob as reader", "alice made bob moderator",
                      '"Release 7": It ships on Friday', "Lobby", "archived"):
            self.assertIn(shown, out)

    def test_python(self):
        self.run_example(["bash", "-ec"], example("python-setup"))
        out = self.run_example(["/usr/bin/python3", "-c"], example("python"))
        self.assertEqual(out[0].split()[0], "opened")
        self.assertRegex("\n".join(out), r"(?m)^reply \d+$")

    def test_node(self):
        packages = str(install_packages())
        out = self.run_example(["node", "-e"], example("node"), NODE_PATH=packages)
        self.assertEqual(out[0].split()[0], "opened")
        self.assertRegex("\n".join(out), r"(?m)^reply \d+$")
