"""What people choose, and whom to notify, as a shell script handles it with `chatter`."""

import json

from command_line import NOT_FOUND, REFUSED, USAGE, CommandLineTestCase


class Preferences(CommandLineTestCase):
    def setUp(self):
        super().setUp()
        self.room_id = self.as_user("alice", "room", "create", "alice", "bob", "carol",
                                    "--group").strip()
        self.seq = self.as_user("alice", "send", self.room_id, "Hello").strip()

    def room(self, command, *arguments, **options):
        return self.as_user("bob", "room", command, self.room_id, *arguments, **options)

    def preferences(self, *arguments):
        """What is shown of them, below its header."""
        return self.as_user("bob", "preferences", *arguments).splitlines()[1].split()

    def recipients(self):
        return self.admin("recipients", self.room_id, self.seq).split()

    def listed(self, *arguments):
        return self.as_user("bob", "room", "list", *arguments)

    def test_preferences_for_all_rooms(self):
        self.assertEqual(self.preferences(), ["never", "shown", "visible"])
        self.assertEqual(self.preferences("--do-not-disturb", "22:00-07:30", "--time-zone",
                                          "Europe/Berlin", "--invisible"),
                         ["22:00-07:30", "Europe/Berlin", "shown", "invisible"])
        self.assertEqual(self.preferences("--hide-read-marks", "--visible"),
                         ["22:00-07:30", "Europe/Berlin", "hidden", "visible"])
        self.assertEqual(self.preferences("--show-read-marks", "--do-not-disturb", "00:00-00:00"),
                         ["00:00-00:00", "UTC", "shown", "visible"])
        self.assertEqual(self.recipients(), ["carol"])
        self.assertEqual(self.preferences("--no-do-not-disturb"), ["never", "shown", "visible"])
        self.assertEqual(self.recipients(), ["bob", "carol"])
        self.assertEqual(json.loads(self.as_user("bob", "preferences", "--json")),
                         {"preferences": {"hides_read_marks": False, "invisible": False}})

    def test_what_to_be_notified_of(self):
        for command, arguments, done, recipients in (
                ("notify", ("none",), "chosen\n", ["carol"]),
                ("notify", ("mentions",), "chosen\n", ["carol"]),
                ("notify", ("all",), "chosen\n", ["bob", "carol"]),
                ("mute", (), "muted\n", ["carol"]),
                ("unmute", (), "unmuted\n", ["bob", "carol"]),
                ("mute", ("--for", "8h"), "muted\n", ["carol"])):
            with self.subTest(command=command, arguments=arguments):
                self.assertEqual(self.room(command, *arguments), done)
                self.assertEqual(self.recipients(), recipients)
        self.assertEqual(self.as_user("bob", "unread"), "messages 0, rooms 0, mentions 0\n")

    def test_lists_show_what_was_chosen(self):
        self.assertEqual(self.listed("--pinned"), self.as_user("carol", "room", "list", "--pinned"))
        self.assertEqual(self.room("pin"), "pinned\n")
        self.room("mute")
        self.assertIn("group, pinned, muted", self.listed("--pinned"))
        self.assertEqual(self.room("unpin"), "unpinned\n")
        self.room("unmute")
        self.assertEqual(self.room("hide"), "hidden\n")
        self.assertNotIn(self.room_id, self.listed())
        self.assertIn("group, hidden", self.listed("--all"))
        self.assertEqual(self.room("unhide"), "unhidden\n")
        self.assertIn(self.room_id, self.listed())

    def test_mistakes_are_named(self):
        for hours in ("22:00", "24:00-07:00", "22:60-07:00", "22-7", "22:00-07:00-08:00"):
            self.assertIn("say 22:00-07:00", self.as_user(
                "bob", "preferences", "--do-not-disturb", hours, code=USAGE))
        self.as_user("bob", "preferences", "--time-zone", "Europe/Berlin", code=USAGE)
        self.room("notify", "some", code=USAGE)
        self.assertIn("--time-zone", self.as_user(
            "bob", "preferences", "--do-not-disturb", "22:00-07:00", "--time-zone",
            "Europe/Atlantis", code=REFUSED))
        self.admin("recipients", self.room_id, "1", code=NOT_FOUND)
        self.assertEqual(self.preferences(), ["never", "shown", "visible"])
        self.room("leave")
        self.room("pin", code=NOT_FOUND)
