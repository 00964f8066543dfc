"""The program `chatter`, as a shell script uses it."""

import json
import os
import subprocess
import uuid

from command_line import (DENIED, NOT_FOUND, OK, REFUSED, UNAVAILABLE, USAGE,
                          CommandLineTestCase)
from harness import CHATTER, CHATTERD, PATIENCE, Chatterd

class CommandLine(CommandLineTestCase):
    def test_a_user_is_deactivated_and_reactivated(self):
        self.assertEqual(self.admin("user", "deactivate", "carol"), "deactivated user carol\n")
        self.assertIn("deactivated", self.as_user("alice", "user", "get", "carol"))
        self.assertNotIn("carol", self.as_user("alice", "user", "list"))
        self.assertEqual(self.admin("user", "reactivate", "carol"), "reactivated user carol\n")
        self.assertIn("carol", self.as_user("alice", "user", "list"))
        self.as_user("alice", "user", "deactivate", "carol", code=DENIED)  # needs the key

    def test_a_service_talks_for_a_user(self):
        key = self.admin("tenant", "create", self.tenant + "-keyed", "--with-key").strip()
        self.assertRegex(key, "^chk_[A-Za-z0-9_-]{43}$")
        name = "shop-" + self.tenant
        self.assertEqual(self.admin("service", "set", name, "--in", self.tenant,
                                    "--act-for-users"), "set\n")
        key = self.admin("service", "key", "create", name).strip()
        room = self.chatter("room", "create", "alice", "bob", "--on-behalf-of", "alice",
                            token=key).strip()
        self.chatter("send", room, "for alice", token=key, env={"CHATTER_ON_BEHALF_OF": "alice"})
        self.assertIn("for alice", self.as_user("bob", "messages", room))
        self.chatter("room", "list", "--on-behalf-of", "nobody", token=key, code=DENIED)
        self.assertIn("acts for users", self.admin("service", "list"))
        keys = self.admin("service", "key", "list", name)
        self.assertRegex(keys.splitlines()[1], "no end$")
        key_id = keys.splitlines()[1].split()[0]
        self.assertEqual(self.admin("service", "key", "revoke", key_id), "revoked\n")
        self.chatter("user", "list", token=key, code=DENIED)
        self.assertEqual(self.admin("service", "delete", name), "deleted\n")
        self.admin("service", "key", "list", name, code=NOT_FOUND)

    # ---- The way from a tenant to a message ----

    def test_from_a_room_to_a_message_at_the_other_side(self):
        room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        self.assertEqual(str(uuid.UUID(room_id)), room_id)
        self.assertEqual(self.as_user("bob", "room", "create", "bob", "alice").strip(), room_id)
        self.assertEqual(self.as_user("alice", "send", room_id, "Hello, Bob").strip(), "2")
        self.assertEqual(self.as_user("bob", "send", room_id, "--", "-1").strip(), "3")
        lines = self.as_user("bob", "tail", room_id, "--from", "1", "--count", "3").splitlines()
        self.assertEqual(len(lines), 3)
        self.assertIn("alice made the room with alice, bob", lines[0])
        self.assertRegex(lines[1], r"^2 .*alice: Hello, Bob$")
        self.assertRegex(lines[2], r"^3 .*bob: -1$")

    def test_tail_waits_for_what_is_to_come(self):
        room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        with subprocess.Popen(
                [CHATTER, "tail", room_id, "--from", "1", "--count", "3", "--json"],
                env={"HOME": "/nonexistent", "CHATTER_ADDRESS": self.server.address,
                     "CHATTER_TENANT": self.tenant, "CHATTER_TOKEN": self.tokens["bob"],
                     "PATH": os.environ["PATH"]},
                stdout=subprocess.PIPE, text=True) as tail:
            self.addCleanup(tail.kill)
            self.assertEqual(json.loads(tail.stdout.readline())["seq"], "1")  # the stream is open
            self.as_user("alice", "send", room_id, "live")
            self.assertEqual(json.loads(tail.stdout.readline())["message_sent"]["text"], "live")
            # And it misses nothing when the server goes and comes back.
            self.server.restart()
            self.as_user("alice", "send", room_id, "after the restart")
            self.assertEqual(json.loads(tail.stdout.readline())["message_sent"]["text"],
                             "after the restart")
            self.assertEqual(tail.wait(PATIENCE), OK)

    def test_tail_says_that_the_log_is_not_as_long_yet(self):
        room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        with subprocess.Popen(
                [CHATTER, "tail", room_id, "--from", "4", "--count", "1"],
                env={"HOME": "/nonexistent", "CHATTER_ADDRESS": self.server.address,
                     "CHATTER_TENANT": self.tenant, "CHATTER_TOKEN": self.tokens["bob"],
                     "PATH": os.environ["PATH"]},
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tail:
            self.addCleanup(tail.kill)
            self.assertEqual(tail.stderr.readline(), "chatter: the room's log ends with 1 so far: "
                             "waiting for 4\n")
            for text in ("2", "3", "4"):
                self.as_user("alice", "send", room_id, text)
            self.assertRegex(tail.stdout.read(), r"^4 .*alice: 4\n$")
            self.assertEqual(tail.stderr.read(), "")
            self.assertEqual(tail.wait(PATIENCE), OK)

    def test_chat_sends_each_line_of_its_input(self):
        room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        self.as_user("alice", "chat", room_id, stdin="one\ntwo\n\nthree")
        messages = [json.loads(line) for line in
                    self.as_user("bob", "messages", room_id, "--json").splitlines()]
        self.assertEqual([message["text"] for message in messages[0]["messages"]],
                         ["one", "two", "three"])

    def test_shows_a_message_and_what_is_around_it(self):
        room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        for i in range(2, 9):
            self.as_user("alice", "send", room_id, f"text {i}")
        self.assertIn("text 5", self.as_user("bob", "message", room_id, "5"))
        self.assertIn("MESSAGE_NOT_FOUND",
                      self.as_user("bob", "message", room_id, "99", code=NOT_FOUND))
        around = self.as_user("bob", "messages", room_id, "--around", "5", "--limit", "3")
        self.assertEqual([line[-6:] for line in around.splitlines()], ["text 4", "text 5", "text 6"])

    def test_send_with_an_id_is_stored_once(self):
        room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        seqs = [self.as_user("alice", "send", "--id", "x1", room_id, "once") for _ in range(3)]
        self.assertEqual(seqs, ["2\n"] * 3)
        error = self.as_user("alice", "send", "--id", "x1", room_id, "other", code=REFUSED)
        self.assertIn("CLIENT_MESSAGE_ID_REUSED", error)

    def test_lists(self):
        room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        self.as_user("alice", "send", room_id, "Hello")
        self.assertIn(room_id, self.as_user("bob", "room", "list"))
        self.assertIn("alice: Hello", self.as_user("bob", "room", "list"))
        self.assertNotIn(room_id, self.as_user("carol", "room", "list"))
        self.assertIn("Carol", self.as_user("alice", "user", "list", "--prefix", "ca"))
        self.assertNotIn("Bob", self.as_user("alice", "user", "list", "--prefix", "ca"))
        self.assertIn(self.tenant, self.admin("tenant", "list"))
        self.assertIn("alice: Hello", self.as_user("bob", "messages", room_id))

    # ---- JSON ----

    def test_json_results(self):
        made = json.loads(self.as_user("alice", "--json", "room", "create", "alice", "bob"))
        self.assertTrue(made["created"])
        self.assertEqual(made["room"]["user_ids"], ["alice", "bob"])
        again = json.loads(self.as_user("alice", "room", "create", "alice", "bob", "--json"))
        self.assertFalse(again["created"])
        sent = json.loads(self.as_user("alice", "send", made["room"]["id"], "hi", "--json"))
        self.assertEqual(sent["seq"], "2")
        session = json.loads(self.admin("--json", "session", "create", "alice", "--ttl", "1h"))
        self.assertEqual(session["session"]["user_id"], "alice")
        self.chatter("room", "list", token=session["token"])
        self.admin("session", "revoke", session["session"]["id"])
        self.chatter("room", "list", token=session["token"], code=DENIED)

    def test_sessions(self):
        made = json.loads(self.admin("--json", "session", "create", "alice", "--device", "phone",
                                     "--idle-ttl", "30m"))
        self.assertEqual(made["session"]["idle_ttl"], "1800s")
        for listed in (self.admin("session", "list", "--user", "alice"),
                       self.as_user("alice", "session", "list")):
            lines = listed.splitlines()
            self.assertEqual(len(lines), 3)  # the heading, this one and that of setUp
            self.assertIn(made["session"]["id"], lines[1])
            self.assertIn("phone", lines[1])
        revoked = self.admin("session", "revoke", "--user", "alice", "--device", "phone")
        self.assertEqual(revoked, "revoked 1\n")
        self.chatter("room", "list", token=made["token"], code=DENIED)
        self.as_user("alice", "session", "list", "--user", "bob", code=DENIED)
        self.assertEqual(self.as_user("alice", "session", "revoke", "--user", "alice"),
                         "revoked 1\n")
        self.as_user("alice", "room", "list", code=DENIED)

    def test_json_errors(self):
        error = json.loads(self.as_user("alice", "--json", "room", "get", str(uuid.uuid4()),
                                        code=NOT_FOUND))
        self.assertEqual(error["code"], 5)
        self.assertEqual([detail["reason"] for detail in error["details"] if "reason" in detail],
                         ["ROOM_NOT_FOUND"])

    # ---- Exit codes ----

    def test_not_found_is_3(self):
        self.assertIn("ROOM_NOT_FOUND", self.as_user("alice", "room", "get", str(uuid.uuid4()),
                                                     code=NOT_FOUND))
        self.as_user("alice", "tail", str(uuid.uuid4()), code=NOT_FOUND)
        self.as_user("alice", "user", "get", "nobody", code=NOT_FOUND)
        self.admin("tenant", "get", "nothing", code=NOT_FOUND)
        self.admin("--tenant", "nothing", "user", "get", "alice", code=NOT_FOUND)

    def test_denied_is_4(self):
        # Strangers aren't told whether there is such a tenant.
        self.as_user("alice", "--tenant", "nothing", "room", "list", code=DENIED)
        self.assertIn("CREDENTIAL_REQUIRED", self.chatter("room", "list", code=DENIED))
        self.assertIn("CREDENTIAL_INVALID",
                      self.chatter("room", "list", token="wrong", code=DENIED))
        self.assertIn("CREDENTIAL_NOT_ALLOWED",
                      self.as_user("alice", "tenant", "list", code=DENIED))
        self.as_user("alice", "user", "add", "eve", code=DENIED)

    def test_what_is_forgotten_is_named_by_its_options(self):
        error = self.as_user("alice", "room", "list", env={"CHATTER_TENANT": ""}, code=DENIED)
        self.assertRegex(error, "^chatter: no tenant is given: give --tenant or CHATTER_TENANT")
        error = self.admin("user", "list", env={"CHATTER_TENANT": ""}, code=NOT_FOUND)
        self.assertRegex(error, "^chatter: no tenant is given: give --tenant or CHATTER_TENANT")
        error = self.admin("user", "list", "--tenant", "nothing", code=NOT_FOUND)
        self.assertRegex(error, "^chatter: There is no such tenant; ")
        error = self.chatter("room", "list", code=DENIED)
        self.assertRegex(error, "^chatter: no credential is given; give --token or CHATTER_TOKEN")
        self.assertIn("--admin-key-file", error)
        error = self.as_user("alice", "room", "list", "--on-behalf-of", "bob", code=DENIED)
        self.assertIn("leave --on-behalf-of out", error)

    def test_unavailable_is_5(self):
        nowhere = Chatterd("postgresql://")  # never started
        self.addCleanup(nowhere.destroy)
        error = self.as_user("alice", "--address", nowhere.address, "--timeout", "500ms", "room",
                             "list", code=UNAVAILABLE)
        self.assertIn("--address", error)

    def test_refused_is_6(self):
        error = self.as_user("alice", "room", "create", "alice", "nobody", code=REFUSED)
        self.assertIn("UNKNOWN_USERS", error)
        self.assertIn('\n  USER 2: there is no user "nobody"\n', error)
        self.assertNotIn("violations", error)
        self.assertIn("CALLER_NOT_INCLUDED",
                      self.as_user("alice", "room", "create", "bob", "carol", code=REFUSED))
        self.assertIn("TENANT_EXISTS", self.admin("tenant", "create", self.tenant, code=REFUSED))
        self.as_user("alice", "room", "get", "not-a-uuid", code=REFUSED)

    def test_wrong_usage_is_2(self):
        self.assertIn("did you mean 'chatter room list'?", self.chatter("room", "lst", code=USAGE))
        self.as_user("alice", "send", code=USAGE)
        self.chatter("--admin-key-file", "/nonexistent/key", "tenant", "list", code=USAGE)

    # ---- The rest ----

    def test_health(self):
        self.assertEqual(self.chatter("health"), "SERVING\n")
        self.server.end()
        self.chatter("health", "--timeout", "500ms", code=UNAVAILABLE)
        self.server.start()
        self.assertEqual(json.loads(self.chatter("health", "--json"))["status"], "SERVING")

    def test_health_is_unavailable_without_the_database(self):
        self.postgres.stop()
        try:
            self.until(lambda: self.run_chatter("health").returncode == UNAVAILABLE, "not healthy")
        finally:
            self.postgres.start()
        self.until(lambda: self.run_chatter("health").returncode == OK, "healthy again")

    def test_version(self):
        self.assertEqual(self.chatter("--version"), subprocess.run(
            [CHATTERD, "--version"], text=True, capture_output=True, check=True).stdout.replace(
                "chatterd", "chatter"))

    def test_help_has_examples(self):
        for arguments in (["--help"], ["send", "--help"], ["tail", "--help"],
                          ["room", "create", "--help"], ["tenant", "create", "--help"]):
            self.assertIn("Examples:", self.chatter(*arguments))

    def test_control_characters_of_others_do_not_reach_the_terminal(self):
        room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        self.as_user("alice", "send", room_id, "\x1b[2Jgone")
        shown = self.as_user("bob", "tail", room_id, "--from", "2", "--count", "1")
        self.assertNotIn("\x1b", shown)
        self.assertIn("gone", shown)
