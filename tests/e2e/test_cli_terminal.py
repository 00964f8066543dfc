"""`chatter chat` on a terminal: what its keys do, and what becomes of what was typed."""

import json
import os
import shlex

from command_line import OK, UNAVAILABLE, CommandLineTestCase
from harness import CHATTER
from terminal import Terminal

FAMILY = "👨\u200d👩\u200d👧"


class ChatOnATerminal(CommandLineTestCase):
    def setUp(self):
        super().setUp()
        self.room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        self.terminal = Terminal({"HOME": "/nonexistent", "PATH": os.environ["PATH"],
                                  "CHATTER_ADDRESS": self.server.address,
                                  "CHATTER_TENANT": self.tenant,
                                  "CHATTER_TOKEN": self.tokens["alice"]})
        self.addCleanup(self.terminal.close)

    def chat(self, how=""):
        self.terminal.run(f"{how}{shlex.quote(CHATTER)} chat {self.room_id}")
        self.row("> ")

    def row(self, wanted, last=True):
        """Waits until a row, or the last one, is this."""
        rows = []

        def shown():
            rows[:] = self.terminal.rows()
            found = rows[-1:] if last else rows
            return wanted.rstrip() in [row.rstrip() for row in found]

        try:
            self.until(shown, f"a row {wanted!r}")
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *rows])) from None

    def message(self, text):
        """Waits until alice has sent it, and her screen shows it as sent."""
        self.until(lambda: any(row.endswith(f" alice: {text}") for row in self.terminal.rows()),
                   f"a message {text!r}")

    def exit_code(self, code):
        self.terminal.run("echo exit $?")
        self.row(f"exit {code}", last=False)

    def texts(self):
        lines = self.as_user("bob", "--json", "messages", self.room_id).splitlines()
        return [message["text"] for line in lines for message in json.loads(line)["messages"]]

    def test_what_is_pasted_is_one_message(self):
        self.chat()
        self.terminal.paste("one\n\ttwo\nthree")
        self.row("> one␊␉two␊three")
        self.terminal.press("M-Enter")
        self.terminal.type("four")
        self.terminal.press("Enter")
        self.message("one␊␉two␊three␊four")
        self.assertEqual(self.texts(), ["one\n\ttwo\nthree\nfour"])

    def test_too_long_a_paste_is_refused_whole(self):
        self.chat()
        self.terminal.type("before")
        self.terminal.paste("x" * 16_380)
        self.row("* a message may have 16384 bytes: not taken", last=False)
        self.row("> before")

    def test_the_cursor_goes_by_what_people_take_for_characters(self):
        self.chat()
        self.terminal.type(f"x{FAMILY}yz")
        self.terminal.press("Left", "Left")
        self.terminal.type("Q")
        self.row(f"> x{FAMILY}Qyz")
        self.terminal.press("BSpace", "BSpace")
        self.row("> xyz")
        self.assertEqual(self.terminal.column(), 3)
        self.terminal.press("Home", "DC")
        self.terminal.type("世界 ")
        self.terminal.press("End", "C-Left", "C-Left")
        self.terminal.type("e\u0301")
        self.terminal.press("Enter")
        self.message("e\u0301世界 yz")
        self.assertEqual(self.texts(), ["e\u0301世界 yz"])

    def test_what_was_typed_comes_back(self):
        self.chat()
        for text in ("first", "second"):
            self.terminal.type(text)
            self.terminal.press("Enter")
            self.message(text)
        self.terminal.type("new")
        self.terminal.press("Up", "Up")
        self.row("> first")
        self.terminal.press("Down", "Down")
        self.row("> new")

    def test_a_long_line_takes_one_row_however_wide_the_terminal_is(self):
        self.chat()
        self.terminal.type("0123456789 " * 15)
        self.terminal.press("Home")
        self.row("> " + ("0123456789 " * 15)[:117])
        self.terminal.resize(40)
        self.row("> " + ("0123456789 " * 15)[:37])

    def test_older_messages_come_on_request(self):
        self.as_user("bob", "chat", self.room_id,
                     stdin="".join(f"message {i}\n" for i in range(1, 26)))
        self.chat()
        self.assertIn("(PageUp shows older messages, Ctrl-D leaves)",
                      "\n".join(self.terminal.rows()))
        self.assertFalse(any(row.endswith("message 5") for row in self.terminal.rows()))
        self.terminal.press("PPage")
        self.row("* end of the older messages", last=False)
        rows = self.terminal.rows()
        [begin] = [i for i, row in enumerate(rows) if row.startswith("* older messages, from 20")]
        self.assertEqual([row[6:] for row in rows[begin + 1:-2]],
                         [f"bob: message {i}" for i in range(1, 6)])
        self.terminal.press("PPage")
        self.row("* there are no older messages", last=False)

    def test_it_stops_and_goes_on(self):
        self.chat()
        self.terminal.type("half a ")
        self.row("> half a")
        self.terminal.press("C-z")
        self.row("$ ")
        # The terminal obeys again, and shows what is typed.
        self.terminal.run("stty -a | grep -ow -e '-\\?icanon' -e '-\\?echo'")
        self.row("icanon", last=False)
        self.row("echo", last=False)
        self.as_user("bob", "send", self.room_id, "meanwhile")
        self.terminal.run("fg")
        self.until(lambda: any(row.endswith("bob: meanwhile") for row in self.terminal.rows()),
                   "what has come meanwhile")
        self.row("> half a")
        self.terminal.type("line")
        self.terminal.press("Enter")
        self.message("half a line")
        self.terminal.press("C-d")
        self.row("$ ")
        self.exit_code(OK)

    def test_nothing_stops_it_where_no_shell_could_let_it_go_on(self):
        self.chat("exec ")
        self.terminal.press("C-z")
        self.terminal.type("still here")
        self.row("> still here")
        self.terminal.press("Enter")
        self.message("still here")

    def test_what_waits_for_the_connection_is_shown_and_sent_later(self):
        self.chat()
        self.server.kill()
        self.until(lambda: any("connection lost" in row for row in self.terminal.rows()),
                   "the loss is told")
        self.terminal.run("later")
        self.row("… waiting for the connection: later", last=False)
        self.terminal.press("C-c")
        self.row("* 1 message isn't stored yet: leaving when it is; Ctrl-C gives it up",
                 last=False)
        self.row(">")
        self.server.start()
        self.row("$ ")  # it has left
        self.exit_code(OK)
        self.assertEqual(self.texts(), ["later"])

    def test_what_is_given_up_is_told(self):
        self.chat()
        self.server.kill()
        self.until(lambda: any("connection lost" in row for row in self.terminal.rows()),
                   "the loss is told")
        self.terminal.run("one")
        self.terminal.run("two")
        self.row("… waiting for the connection: two", last=False)
        self.terminal.press("C-d")
        self.row("* 2 messages aren't stored yet: leaving when they are; Ctrl-C gives them up",
                 last=False)
        self.terminal.press("C-c")
        self.row("* given up: one", last=False)
        self.row("* given up: two", last=False)
        self.exit_code(UNAVAILABLE)
