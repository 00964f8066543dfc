"""Edits, reactions, pins and what is unread, as a shell script handles them with `chatter`."""

import json
import os
import pty
import subprocess

from client import Client
from command_line import DENIED, NOT_FOUND, OK, REFUSED, UNAVAILABLE, USAGE, CommandLineTestCase
from harness import CHATTER, PATIENCE
from stubs import message_pb2


class Messages(CommandLineTestCase):
    def setUp(self):
        super().setUp()
        self.room_id = self.as_user("alice", "room", "create", "alice", "bob", "carol",
                                    "--group").strip()
        self.seq = self.send("bob", "Hello")  # 2

    def send(self, user_id, *arguments):
        return self.as_user(user_id, "send", self.room_id, *arguments).strip()

    def on_message(self, user_id, command, *arguments, **options):
        return self.as_user(user_id, command, self.room_id, self.seq, *arguments, **options)

    def shown(self, user_id="alice"):
        """The message as people see it, without number and time."""
        return self.on_message(user_id, "message").rstrip("\n").split("  ", 2)[2]

    def unread(self, user_id):
        """As the list of rooms shows it."""
        header, row = self.as_user(user_id, "room", "list").splitlines()
        return row[header.index("UNREAD"):].split()[0]

    def test_a_message_shows_what_has_become_of_it(self):
        self.assertEqual(self.shown(), "bob: Hello")
        self.assertEqual(self.on_message("bob", "edit", "Hello!"), "edited\n")
        self.assertEqual(self.on_message("alice", "pin"), "pinned\n")
        for user_id, reaction in (("alice", "👍"), ("bob", "👍"), ("alice", "ship_it")):
            self.assertEqual(self.on_message(user_id, "react", reaction), "reacted\n")
        text = "bob: Hello! (edited) (pinned) [👍 2, ship_it 1]"
        self.assertEqual(self.shown(), text)
        for command in ("messages", "pins"):
            self.assertEqual(self.as_user("carol", command, self.room_id).split("  ", 2)[2],
                             text + "\n")
        self.assertEqual([line.split() for line in
                          self.on_message("carol", "reactions").splitlines()[1:]],
                         [["👍", "alice"], ["👍", "bob"], ["ship_it", "alice"]])
        self.assertEqual(self.on_message("bob", "react", "👍", "--remove"), "taken back\n")
        self.assertEqual(self.on_message("alice", "pin", "--remove"), "unpinned\n")
        self.assertEqual(self.shown(), "bob: Hello! (edited) [👍 1, ship_it 1]")
        self.assertEqual(self.as_user("carol", "pins", self.room_id), "")
        self.assertEqual(self.on_message("bob", "delete"), "deleted\n")
        self.assertEqual(self.shown(), "bob: (deleted)")
        log = self.as_user("carol", "tail", self.room_id, "--from", "2", "--count", "2")
        self.assertEqual([line.split("  ", 2)[2] for line in log.splitlines()],
                         ["bob: (deleted)", "* bob edited 2: (erased)"])

    def test_lists_are_shown_to_their_ends(self):
        alice = Client(self.server.address, tenant=self.tenant, token=self.tokens["alice"])
        self.addCleanup(alice.close)
        seq = alice.send_message(self.room_id, "0", "text 0").seq
        for number in range(1, 101):  # so that there are two pages of each
            alice.messages.EditMessage(message_pb2.EditMessageRequest(
                room_id=self.room_id, seq=seq, text=f"text {number}"))
            alice.messages.PinMessage(message_pb2.PinMessageRequest(
                room_id=self.room_id, seq=alice.send_message(self.room_id, str(number), "text").seq))
        alice.messages.PinMessage(message_pb2.PinMessageRequest(room_id=self.room_id, seq=seq))
        self.postgres.query(
            f"INSERT INTO {self.tenant}.chatter_reaction "
            f"SELECT '{self.room_id}', {seq}, 'like', 'user' || n, now() "
            "FROM generate_series(1, 1001) n", self.database_url)
        edits = self.as_user("bob", "edits", self.room_id, str(seq)).splitlines()
        self.assertEqual([edit.split()[-1] for edit in edits], [str(n) for n in range(101)])
        pins = self.as_user("bob", "pins", self.room_id).splitlines()
        self.assertEqual((len(pins), pins[-1].split()[0]), (101, str(seq)))
        table = self.as_user("bob", "reactions", self.room_id, str(seq)).splitlines()
        self.assertEqual(len(set(table[1:])), 1001)

    def test_what_a_message_has_beside_its_text(self):
        picture = "https://files.example/a.png"
        for arguments in (("Yes", "--reply-to", self.seq, "--mention", "bob", "--mention", "carol"),
                          ("No", "--thread", self.seq), ("All of you", "--everyone"),
                          ("--attach", picture, "--attach", "https://files.example/b"),
                          ("--forward", f"{self.room_id}/{self.seq}")):
            self.send("alice", *arguments)
        shown = ["alice: Yes (reply to 2) (mentions bob, carol)", "alice: No (in thread 2)",
                 "alice: All of you (mentions everyone)", f"alice: (with {picture}, https://files.example/b)",
                 "alice: Hello (forwarded from bob)"]
        for command in (("messages", self.room_id, "--after", self.seq),
                        ("tail", self.room_id, "--from", "3", "--count", "5")):
            listed = self.as_user("carol", *command)
            self.assertEqual([line.split("  ", 2)[2] for line in listed.splitlines()], shown)
        self.assertEqual(self.shown(), "bob: Hello (replies: 1)")
        for option, seqs in ((("--thread", self.seq), ["4"]), (("--top-level",), ["2", "3", "5", "6", "7"])):
            listed = self.as_user("carol", "messages", self.room_id, *option)
            self.assertEqual([line.split()[0] for line in listed.splitlines()], seqs)

    def test_edits_replace_what_they_name(self):
        self.assertEqual(self.on_message("alice", "edit", "Hello, all"), "edited\n")
        self.assertEqual(self.shown(), "bob: Hello, all (edited by alice)")
        refused = self.on_message("bob", "edit", "Hello!", "--expected-edit-seq", self.seq,
                                  code=UNAVAILABLE)
        self.assertIn("MESSAGE_CHANGED", refused)
        self.assertIn("chatter message ROOM SEQ", refused)
        self.on_message("bob", "edit", "Hello!", "--expected-edit-seq", "3",
                        "--attach", "https://files.example/a", "--attach", "https://files.example/b")
        self.assertEqual(self.shown(), "bob: Hello! (with https://files.example/a, https://files.example/b) (edited)")
        self.on_message("bob", "edit", "--no-attachments")
        self.assertEqual(self.shown(), "bob: Hello! (edited)")
        for arguments in ((), ("--attach", "https://files.example/a", "--no-attachments"),
                          ("x", "--expected-edit-seq", "-1")):
            self.on_message("bob", "edit", *arguments, code=USAGE)

    def test_several_messages_at_once(self):
        self.send("alice", "Yes")
        several = self.as_user("carol", "message", self.room_id, "99", "3", self.seq)
        self.assertEqual([line.split("  ", 2)[2] for line in several.splitlines()],
                         ["bob: Hello", "alice: Yes"])
        self.as_user("carol", "message", self.room_id, "99", code=NOT_FOUND)

    def test_what_can_t_be_sent(self):
        for arguments in ((), ("--forward", "2"), ("--forward", f"{self.room_id}/x")):
            self.as_user("alice", "send", self.room_id, *arguments, code=USAGE)
        self.as_user("alice", "messages", self.room_id, "--top-level", "--thread", "2", code=USAGE)
        for seq in ("010", "0x2", "-1", "-18446744073709551614", "99999999999999999999", " 2"):
            self.as_user("alice", "delete", self.room_id, "--", seq, code=USAGE)
            self.as_user("alice", "read", self.room_id, "--", seq, code=USAGE)
            self.as_user("alice", "send", self.room_id, "x", f"--reply-to={seq}", code=USAGE)
            self.as_user("alice", "send", self.room_id, f"--forward={self.room_id}/{seq}", code=USAGE)
        self.assertIn("chatter messages", self.as_user(
            "alice", "send", self.room_id, "x", "--thread", "99", code=NOT_FOUND))
        self.assertIn("--mention 1: ", self.as_user(
            "alice", "send", self.room_id, "x", "--mention", "nobody", code=REFUSED))

    def test_what_is_told_as_json(self):
        self.on_message("alice", "pin")
        self.on_message("alice", "react", "👍")
        pins = json.loads(self.as_user("alice", "pins", self.room_id, "--json"))["messages"]
        self.assertEqual([(pin["seq"], pin["pinned"], pin["reactions"]) for pin in pins],
                         [(self.seq, True, [{"reaction": "👍", "count": 1, "mine": True}])])
        listed = json.loads(self.on_message("bob", "reactions", "--json"))
        self.assertEqual(listed["reactions"], [{"reaction": "👍", "user_id": "alice"}])
        self.assertEqual(json.loads(self.as_user("carol", "unread", "--json")),
                         {"unread_rooms": 1, "unread_messages": 1, "unread_mentions": 0})
        self.assertEqual(json.loads(self.as_user("carol", "read", self.room_id, "--json")),
                         {"read_seq": "4"})

    def test_what_is_unread(self):
        for text in ("a", "b", "c"):  # 3, 4, 5
            self.send("alice", text)
        self.assertEqual(self.as_user("bob", "unread"), "messages 3, rooms 1, mentions 0\n")
        self.assertEqual(self.unread("bob"), "3")
        self.assertEqual(self.as_user("bob", "read", self.room_id, "4"), "4\n")
        self.assertEqual(self.unread("bob"), "1")
        self.assertEqual(self.as_user("bob", "read", self.room_id, "3"), "4\n")
        self.assertEqual(self.as_user("bob", "read", self.room_id, "--silent"), "5\n")
        self.assertEqual(self.as_user("bob", "unread"), "messages 0, rooms 0, mentions 0\n")
        marks = {row.split()[0]: row.split()[-1] for row in
                 self.as_user("alice", "member", "list", self.room_id).splitlines()[1:]}
        self.assertEqual(marks["bob"], "4", "the last one was silent")
        self.assertEqual(self.as_user("bob", "unread", self.room_id, "4"), "3\n")
        self.assertEqual(self.unread("bob"), "2")

    def test_as_many_unread_as_are_counted_may_be_more(self):
        self.as_user("alice", "chat", self.room_id, stdin="text\n" * 998)
        self.assertEqual(self.unread("bob"), "998")
        self.send("alice", "one more")
        self.assertEqual(self.unread("bob"), "999+")

    def test_threads_that_are_followed(self):
        reply = self.send("alice", "Yes?", "--thread", self.seq)
        self.send("alice", "Are you there?", "--thread", self.seq, "--mention", "bob")
        place = (self.room_id, self.seq)

        def listed(user_id):
            return [row.split()[1:5] for row in
                    self.as_user(user_id, "thread", "list").splitlines()[1:]]

        self.assertEqual(listed("bob"), [[self.seq, "2", "2", "1"]])
        self.assertEqual(self.as_user("bob", "thread", "read", *place, reply), f"{reply}\n")
        self.assertEqual(listed("bob"), [[self.seq, "2", "1", "1"]])
        self.assertEqual(self.as_user("bob", "thread", "read", *place), f"{int(reply) + 1}\n")
        self.assertEqual(self.as_user("bob", "thread", "unfollow", *place), "unfollowed\n")
        self.assertEqual(listed("bob"), [])
        self.assertEqual(self.as_user("carol", "thread", "follow", *place), "followed\n")
        self.assertEqual(listed("carol"), [[self.seq, "2", "0", "0"]])

    def test_refusals_say_what_to_do(self):
        self.assertIn("chatter member list",
                      self.on_message("carol", "edit", "mine now", code=DENIED))
        self.on_message("bob", "pin", code=DENIED)
        self.assertIn("SEQ", self.as_user("bob", "read", self.room_id, "0", code=REFUSED))
        self.seq = "1"  # an event, but no message
        for command in (("delete",), ("react", "👍"), ("pin",)):
            self.assertIn("chatter messages", self.on_message("alice", *command, code=NOT_FOUND))

    def test_what_an_interactive_chat_has_shown_is_read(self):
        terminal, other_end = pty.openpty()
        self.addCleanup(os.close, terminal)
        chat = subprocess.Popen(
            [CHATTER, "chat", self.room_id], stdin=other_end, stdout=other_end, stderr=other_end,
            env={"HOME": "/nonexistent", "TERM": "xterm", "CHATTER_ADDRESS": self.server.address,
                 "CHATTER_TENANT": self.tenant, "CHATTER_TOKEN": self.tokens["carol"]})
        self.addCleanup(chat.wait)
        self.addCleanup(chat.kill)
        os.close(other_end)
        self.until(lambda: self.unread("carol") == "0", "the history is read")
        self.send("alice", "live")
        self.until(lambda: self.unread("carol") == "0", "what has come since is read")
        os.write(terminal, b"\x04")
        self.assertEqual(chat.wait(PATIENCE), OK)
