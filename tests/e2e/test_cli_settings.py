"""What a tenant has chosen, and the texts that messages have had, as a shell script handles them with `chatter`."""

import json
import subprocess

from command_line import DENIED, NOT_FOUND, REFUSED, USAGE, CommandLineTestCase


class Settings(CommandLineTestCase):
    def setUp(self):
        super().setUp()
        self.room_id = self.as_user("alice", "room", "create", "alice", "bob", "--group").strip()
        self.seq = self.as_user("bob", "send", self.room_id, "Hello").strip()  # 2

    def set(self, *arguments, **options):
        return self.admin("settings", "set", *arguments, **options)

    @staticmethod
    def rows(table):
        """What is said of each setting."""
        header, *rows = table.splitlines()
        at = header.index("VALUE")
        return {row[:at].strip(): row[at:].strip() for row in rows}

    def shown(self, user_id="alice"):
        return self.rows(self.as_user(user_id, "settings"))

    def edits(self):
        lines = self.as_user("alice", "edits", self.room_id, self.seq).splitlines()
        return [line.split("  ", 2)[2] for line in lines]

    def test_everybody_sees_them(self):
        shown = self.shown()
        self.assertEqual({name: shown[name] for name in (
            "disabled features", "rewrite window", "edits", "search language", "text_bytes")},
            {"disabled features": "none", "rewrite window": "none", "edits": "kept",
             "search language": "none", "text_bytes": "16384"})
        told = json.loads(self.admin("settings", "--json"))
        self.assertEqual((told["settings"]["disabled_features"], told["limits"]["reactions"]), ([], 50))

    def test_what_is_set_adds_to_what_was(self):
        self.set("--disable", "reactions", "--disable", "editing")
        self.set("--disable", "deleting", "--enable", "reactions")
        rows = self.rows(self.set("--rewrite-window", "15m", "--forget-edits"))
        self.assertEqual(rows, {"disabled features": "editing, deleting", "rewrite window": "15m",
                                "edits": "forgotten", "search language": "none"})
        self.assertEqual({name: value for name, value in self.shown().items() if name in rows}, rows)
        told = json.loads(self.set("--no-rewrite-window", "--keep-edits", "--json"))["settings"]
        self.assertEqual((told["disabled_features"], told["forgets_edits"], "rewrite_window" in told),
                         (["FEATURE_EDITING", "FEATURE_DELETING"], False, False))

    def test_a_search_language_is_waited_for_or_not(self):
        rows = self.rows(self.set("--search-language", "english"))
        self.assertEqual(rows["search language"], "english")
        self.assertNotIn("in preparation", rows)
        # Whoever makes an index waits for those who may look at older rows.
        with subprocess.Popen(["psql", "-XAtq", self.database_url], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as reader:
            reader.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 'reads';\n")
            reader.stdin.flush()
            self.assertEqual(reader.stdout.readline(), "reads\n")
            rows = self.rows(self.set("--search-language", "german", "--no-wait"))
            self.assertEqual(rows["search language"], "english")
            self.assertTrue(rows["in preparation"].startswith("german, since "))
            self.assertIn("in preparation", self.shown())
            reader.stdin.close()
        self.until(lambda: "in preparation" not in self.shown(), "german is in force")
        self.assertEqual(self.shown()["search language"], "german")

    def test_refusals_say_what_to_do(self):
        self.set("--disable", "editing")
        self.assertIn("chatter settings",
                      self.as_user("bob", "edit", self.room_id, self.seq, "x", code=REFUSED))
        self.as_user("alice", "settings", "set", "--keep-edits", code=DENIED)
        for arguments in ((), ("--disable", "everything"), ("--rewrite-window", "soon"),
                          ("--rewrite-window", "1h", "--no-rewrite-window"),
                          ("--forget-edits", "--keep-edits")):
            self.set(*arguments, code=USAGE)
        self.set("--rewrite-window", "1500ms", code=REFUSED)

    def test_the_texts_that_a_message_has_had(self):
        self.as_user("bob", "edit", self.room_id, self.seq, "Hello!")
        self.admin("edit", self.room_id, self.seq, "Good evening")
        self.assertEqual(self.edits(), ["bob: Hello", "bob: Hello!", "a service: Good evening"])
        listed = json.loads(self.as_user("alice", "edits", self.room_id, self.seq, "--json"))["edits"]
        self.assertEqual([(edit["seq"], edit["text"], edit["actor_id"]) for edit in listed],
                         [("2", "Hello", "bob"), ("3", "Hello!", "bob"), ("4", "Good evening", "")])
        self.set("--forget-edits")
        self.as_user("bob", "edit", self.room_id, self.seq, "Hello again")
        self.assertEqual(self.edits(), ["bob: (erased)", "bob: (erased)", "a service: (erased)",
                                        "bob: Hello again"])
        log = self.as_user("alice", "tail", self.room_id, "--from", "2", "--count", "2")
        self.assertEqual([line.split("  ", 2)[2] for line in log.splitlines()],
                         ["bob: (erased)", "* bob edited 2: (erased)"])
        self.as_user("bob", "delete", self.room_id, self.seq)
        self.assertIn("chatter messages", self.as_user("alice", "edits", self.room_id, self.seq,
                                                       code=NOT_FOUND))
