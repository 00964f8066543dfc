"""For tests of the program `chatter`: a tenant with users, and ways to call it as each of them."""

import os
import subprocess
import uuid

from harness import CHATTER, PATIENCE, ServerTestCase

OK, USAGE, NOT_FOUND, DENIED, UNAVAILABLE, REFUSED = 0, 2, 3, 4, 5, 6


class CommandLineTestCase(ServerTestCase):
    def setUp(self):
        if not self.server.running():
            self.server.start()
        self.tenant = f"cli{uuid.uuid4().hex[:12]}"
        self.admin("tenant", "create", self.tenant)
        for user_id in ("alice", "bob", "carol"):
            self.admin("user", "add", user_id, "--name", user_id.title())
        self.tokens = {user_id: self.admin("session", "create", user_id).strip()
                       for user_id in ("alice", "bob", "carol")}

    def run_chatter(self, *arguments, token=None, env=(), stdin=""):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("CHATTER", "XDG_"))}
        environment |= {"HOME": "/nonexistent", "CHATTER_ADDRESS": self.server.address,
                        "CHATTER_TENANT": self.tenant, **dict(env)}
        if token is not None:
            environment["CHATTER_TOKEN"] = token
        return subprocess.run([CHATTER, *arguments], env=environment, input=stdin, text=True,
                              capture_output=True, timeout=PATIENCE, check=False)

    def chatter(self, *arguments, code=OK, **options):
        """Its output; on failure, that on stderr."""
        done = self.run_chatter(*arguments, **options)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout if code == OK else done.stderr

    def admin(self, *arguments, **options):
        return self.chatter("--admin-key-file", str(self.server.admin_key_file), *arguments,
                            **options)

    def as_user(self, user_id, *arguments, **options):
        return self.chatter(*arguments, token=self.tokens[user_id], **options)
