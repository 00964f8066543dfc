"""A Node client talks with a Python client through the real chatterd."""

import fcntl
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import PATIENCE, ServerTestCase
from stubs import BUILD, ROOT
from threads import Threads

SOURCE = Path(__file__).resolve().parent / "node"


def install_packages():
    """Installs what node/package.json names; returns where. Raises SkipTest if it can't be had."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise unittest.SkipTest(f"{program} is missing; scripts/install-deps test installs it")
    place = BUILD / "node"
    place.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "node.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, place / name)
        if subprocess.run(["npm", "ls", "--silent"], cwd=place, capture_output=True,
                          check=False).returncode == 0:
            return place / "node_modules"
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place, text=True,
                              capture_output=True, check=False, timeout=PATIENCE * 4)
    if done.returncode:
        raise unittest.SkipTest(f"npm can't install the packages: {done.stderr.strip()}")
    return place / "node_modules"


class Node(ServerTestCase):
    @classmethod
    def setUpClass(cls):
        cls.node_modules = install_packages()
        super().setUpClass()

    def start_node(self, tenant, user_id, room_id):
        process = subprocess.Popen(
            ["node", str(SOURCE / "conversation.js")], text=True, stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "NODE_PATH": str(self.node_modules),
                 "PROTO_ROOT": str(ROOT / "proto"), "ADDRESS": self.server.address,
                 "TENANT": tenant.name, "TOKEN": tenant.token(user_id), "ROOM_ID": room_id,
                 "PATIENCE": str(PATIENCE)})
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def test_a_conversation_between_python_and_node(self):
        tenant = self.make_tenant("alice", "bob")
        client = self.client(tenant, "alice")
        room_id = client.room_id("alice", "bob")
        client.send_message(room_id, "before", "said before Node came")
        alice = client.stream()
        self.addCleanup(alice.cancel)
        node = self.start_node(tenant, "bob", room_id)
        # If Node fails, Alice needn't wait for it any longer.
        Threads(lambda: node.wait() and alice.cancel())

        # Node has caught up when it begins to type.
        typing = alice.wait(lambda e: e.HasField("typing"), "typing").typing
        self.assertEqual((typing.room_id, typing.user_id, typing.active), (room_id, "bob", True))
        alice.sent(alice.send(room_id, "question", "Wie geht's? 🙂"))
        answer = alice.room_event(room_id, 4)
        self.assertEqual(answer.actor_id, "bob")
        self.assertEqual(answer.message_sent.client_message_id, "node-1")
        self.assertEqual(answer.message_sent.text, "You said: Wie geht's? 🙂")
        alice.sent(alice.send(room_id, "bye", "bye"))

        out, _ = node.communicate(timeout=PATIENCE)
        self.assertEqual((node.returncode, out), (0, "all well\n"))
