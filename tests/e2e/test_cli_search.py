"""Finding messages, as a shell script does it with `chatter`."""

import json

from command_line import NOT_FOUND, REFUSED, USAGE, CommandLineTestCase


class Search(CommandLineTestCase):
    def setUp(self):
        super().setUp()
        self.room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        self.as_user("alice", "send", self.room_id, "Red apples\x1b[31m, and \x07pears")
        self.as_user("bob", "send", self.room_id, "No apples for me")

    def speak(self, language):
        self.admin("settings", "set", "--search-language", language)

    def found(self, user_id, *arguments):
        """Who said what, without numbers and times."""
        lines = self.as_user(user_id, "search", *arguments).splitlines()
        for line in lines:
            self.assertTrue(line.startswith(self.room_id + "  "))
        return [line.split("  ", 3)[3] for line in lines]

    def test_what_is_found_is_marked_and_fit_for_a_terminal(self):
        self.speak("english")
        self.assertEqual(self.found("bob", "apple pear"), ["alice: Red *apples*␛[31m, and ␇*pears*"])
        self.assertEqual(self.found("bob", "apples", "--from", "bob"), ["bob: No *apples* for me"])
        self.assertEqual(len(self.found("bob", "apples", "--room", self.room_id)), 2)
        self.assertEqual(len(self.found("bob", "apples", "--limit", "1")), 1)
        self.assertEqual(self.found("bob", "apples -pears"), ["bob: No *apples* for me"])
        self.assertEqual(self.found("bob", "appl", "--latest", "--within", "1h"), [
            "bob: No *apples* for me", "alice: Red *apples*␛[31m, and ␇pears"])
        self.assertEqual(self.found("bob", "apples", "--with-attachment"), [])
        self.assertEqual(self.found("bob", "apples", "--mentions-me"), [])
        self.assertEqual(self.found("carol", "apples"), [])
        [hit] = json.loads(self.as_user("bob", "search", "pears", "--json"))["hits"]
        self.assertEqual(hit["message"]["seq"], "2")

    def test_people_are_found_by_name(self):
        lines = self.as_user("alice", "user", "list", "--query", "BO").splitlines()
        self.assertEqual([line.split()[:2] for line in lines], [["USER", "NAME"], ["bob", "Bob"]])

    def test_failures_are_told(self):
        self.assertIn("FEATURE_DISABLED",
                      self.as_user("alice", "search", "apples", code=REFUSED))
        self.as_user("alice", "search", "apples", "--limit", "51", code=USAGE)
        notes = self.as_user("carol", "room", "create", "carol").strip()
        self.speak("english")
        self.assertIn("ROOM_NOT_FOUND",
                      self.as_user("alice", "search", "apples", "--room", notes, code=NOT_FOUND))
