"""Groups, public rooms and their members, as a shell script handles them with `chatter`."""

import json
import subprocess

from command_line import DENIED, NOT_FOUND, OK, REFUSED, CommandLineTestCase
from harness import CHATTER, PATIENCE


def rows(table):
    """The cells of each line but the heading; cells of one word only."""
    return [line.split() for line in table.splitlines()[1:]]


class Rooms(CommandLineTestCase):
    def make(self, *arguments, by="alice"):
        return self.as_user(by, "room", "create", *arguments).strip()

    def roles(self, room_id, by="alice"):
        return {row[0]: row[2] for row in rows(self.as_user(by, "member", "list", room_id))}

    def log(self, room_id, by, count):
        """What happened first, without numbers and times."""
        lines = self.as_user(by, "tail", room_id, "--from", "1", "--count", str(count))
        return [line.split("  ", 2)[2] for line in lines.splitlines()]

    def row(self, table, room_id):
        return next(line for line in table.splitlines() if room_id in line)

    def test_the_life_of_a_group(self):
        room_id = self.make("--group", "--name", "Release", "--owner", "alice", "alice", "bob")
        self.assertEqual(self.roles(room_id), {"alice": "owner", "bob": "member"})
        self.assertEqual(self.as_user("alice", "member", "add", room_id, "carol", "bob",
                                      "--role", "reader"), "added carol\n")
        self.assertEqual(self.as_user("alice", "room", "update", room_id, "--name", "Release 7",
                                      "--topic", "It ships"), "updated\n")
        self.assertEqual(self.as_user("alice", "member", "role", room_id, "bob=owner",
                                      "alice=moderator"), "set\n")
        self.assertEqual(self.roles(room_id),
                         {"alice": "moderator", "bob": "owner", "carol": "reader"})
        self.as_user("bob", "send", room_id, "I have it")
        self.assertEqual(self.as_user("alice", "member", "remove", room_id, "carol"),
                         "removed carol\n")
        self.assertEqual(self.as_user("alice", "room", "leave", room_id), "left\n")
        self.assertEqual(self.as_user("bob", "room", "archive", room_id), "archived\n")

        self.assertEqual(self.log(room_id, "bob", 8), [
            "* alice made the room with alice, bob",
            "* alice added carol as reader",
            '* alice changed the room "Release 7": It ships',
            "* alice made alice moderator, bob owner",
            "bob: I have it",
            "* alice removed carol",
            "* alice left",
            '* bob archived the room "Release 7": It ships'])
        listed = self.row(self.as_user("bob", "room", "list"), room_id)
        self.assertRegex(listed, "Release 7 +group, archived +1 .*bob: I have it$")
        self.assertNotIn(room_id, self.as_user("alice", "room", "list"))
        self.assertIn("I have it", self.as_user("bob", "messages", room_id))
        self.assertIn("ROOM_ARCHIVED", self.as_user("bob", "send", room_id, "more", code=REFUSED))
        self.assertEqual(self.as_user("bob", "room", "unarchive", room_id), "unarchived\n")
        self.as_user("bob", "send", room_id, "more")

    def test_a_room_is_deleted(self):
        room_id = self.make("--group", "alice", "bob")
        self.as_user("bob", "send", room_id, "hello")
        self.assertIn("ROLE_NOT_ALLOWED", self.as_user("bob", "room", "delete", room_id, code=DENIED))
        self.assertEqual(self.as_user("alice", "room", "delete", room_id), "deleted\n")
        self.assertIn("ROOM_NOT_FOUND", self.as_user("bob", "messages", room_id, code=NOT_FOUND))
        self.assertIn("ROOM_NOT_FOUND", self.as_user("alice", "room", "delete", room_id, code=NOT_FOUND))

    def test_a_public_room_is_found_joined_and_left(self):
        lobby = self.make("alice", "--public", "--name", "Lobby", "--topic", "For all",
                          "--history", "since-joined")
        attic = self.make("alice", "--public", "--name", "Attic")
        self.assertEqual([row[:2] for row in rows(self.as_user("bob", "room", "browse"))],
                         [[attic, "Attic"], [lobby, "Lobby"]])
        found = self.as_user("bob", "room", "browse", "--prefix", "lob")
        self.assertEqual(rows(found), [[lobby, "Lobby", "1", "-", "For", "all"]])
        self.assertEqual(rows(self.admin("room", "browse", "--prefix", "lob")),  # has no role
                         [[lobby, "Lobby", "1", "-", "For", "all"]])
        self.as_user("alice", "send", lobby, "before bob")
        self.assertEqual(self.as_user("bob", "room", "join", lobby), "joined\n")
        self.assertEqual(rows(self.as_user("bob", "room", "browse", "--prefix", "lob")),
                         [[lobby, "Lobby", "2", "member", "For", "all"]])
        self.assertEqual(self.as_user("bob", "messages", lobby), "")
        self.assertEqual(self.log(lobby, "alice", 3)[1:], ["alice: before bob", "* bob joined"])
        self.as_user("alice", "room", "update", lobby, "--history", "whole")
        self.assertIn("before bob", self.as_user("bob", "messages", lobby))
        self.assertEqual(self.as_user("bob", "room", "leave", lobby), "left\n")
        self.assertEqual(self.roles(lobby), {"alice": "owner"})
        self.as_user("alice", "room", "update", lobby, "--kind", "group")
        self.as_user("bob", "room", "join", lobby, code=NOT_FOUND)

    def test_what_two_have_said_is_shared_with_a_third_if_asked_for(self):
        for option, read in (((), ""), (("--share-history",), "between us")):
            with self.subTest(option):
                room_id = self.make("alice", "bob")
                self.as_user("alice", "send", room_id, "between us")
                self.as_user("alice", "member", "add", room_id, "carol", *option)
                messages = self.as_user("carol", "messages", room_id)
                self.assertIn(read, messages)
                self.assertEqual(bool(messages), bool(read))

    def test_rooms_are_called_by_their_members_where_they_have_no_name(self):
        room_id = self.make("alice", "bob")
        self.assertRegex(self.row(self.as_user("alice", "room", "get", room_id), room_id),
                         "^[^ ]+ +Bob +direct +2 ")
        self.assertRegex(self.row(self.as_user("bob", "room", "list"), room_id),
                         "^[^ ]+ +Alice +direct +2 ")

    def test_fields_that_are_not_asked_for_stay_empty(self):
        room_id = self.make("alice", "--group", "--name", "One")
        answer = self.as_user("alice", "room", "get", "--fields", "display_name,role", room_id, "--json")
        room = json.loads(answer)["room"]
        self.assertEqual((room["display_name"], room["role"]), ("One", "MEMBER_ROLE_OWNER"))
        self.assertEqual((room["id"], room["user_ids"]), ("", []))
        self.assertNotIn("profile", room)
        [listed] = json.loads(self.as_user("alice", "room", "list", "--fields", "id", "--json"))["rooms"]
        self.assertEqual((listed["id"], listed["display_name"]), (room_id, ""))

    def test_only_what_is_given_is_changed(self):
        room_id = self.make("alice", "--group", "--name", "One", "--topic", "Two",
                            "--attribute", "color=green", "--attribute", "link=a=b",
                            "--avatar-url", "https://example.com/1.png")

        def profile():
            room = json.loads(self.as_user("alice", "room", "get", room_id, "--json"))["room"]
            return room["profile"]

        made = {"name": "One", "topic": "Two", "avatar_url": "https://example.com/1.png",
                "attributes": {"color": "green", "link": "a=b"},
                "history": "HISTORY_VISIBILITY_WHOLE"}
        self.assertEqual(profile(), made)
        self.as_user("alice", "room", "update", room_id, "--topic", "")
        self.assertEqual(profile(), made | {"topic": ""})
        self.as_user("alice", "room", "update", room_id, "--attribute", "color=red")
        self.assertEqual(profile(), made | {"topic": "", "attributes": {"color": "red"}})
        updated = json.loads(self.as_user("alice", "room", "update", room_id, "--no-attributes",
                                          "--avatar-url", "", "--json"))
        self.assertEqual(updated["room"]["profile"],
                         made | {"topic": "", "attributes": {}, "avatar_url": ""})

    def test_a_group_is_made_once_for_a_request_id(self):
        request = ("alice", "bob", "--group", "--request-id", "r1")
        room_id = self.make(*request)
        self.assertEqual(self.make(*request), room_id)
        self.assertNotEqual(self.make("alice", "bob", "--group"), room_id)

    def test_the_administrator_makes_and_changes_rooms(self):
        room_id = self.admin("room", "create", "bob", "--owner", "bob", "--group").strip()
        added = json.loads(self.admin("member", "add", room_id, "carol", "alice", "--json"))
        self.assertEqual(added["added_user_ids"], ["alice", "carol"])
        members = json.loads(self.as_user("bob", "member", "list", room_id, "--json"))["members"]
        self.assertEqual(
            [(member["user_id"], member["joined_seq"], member["display_name"]) for member in members],
            [("alice", "2", "Alice"), ("bob", "1", "Bob"), ("carol", "2", "Carol")])

    def test_refusals_say_what_to_do(self):
        direct = self.make("alice", "bob")
        group = self.make("alice", "bob", "--group")
        for arguments, code, hint in (
                (("room", "leave", direct), REFUSED, "DIRECT_ROOM"),
                (("room", "leave", group), REFUSED, "USER=owner"),
                (("member", "role", group, "carol=owner"), NOT_FOUND, "MEMBER_NOT_FOUND"),
                (("member", "add", group, "nobody"), REFUSED, "UNKNOWN_USERS"),
                (("room", "create", "alice", "--public"), REFUSED, "\n  --name: ")):
            self.assertIn(hint, self.as_user("alice", *arguments, code=code))
        self.assertIn("ROLE_NOT_ALLOWED", self.as_user("bob", "room", "archive", group, code=DENIED))
        roles = ("member", "role", group, "bob=moderator", "carol=reader")
        self.as_user("alice", *roles, code=NOT_FOUND)
        self.assertEqual(self.roles(group), {"alice": "owner", "bob": "member"})  # none was set

    def tail(self, user_id, room_id, *arguments):
        environment = {"HOME": "/nonexistent", "CHATTER_ADDRESS": self.server.address,
                       "CHATTER_TENANT": self.tenant, "CHATTER_TOKEN": self.tokens[user_id]}
        process = subprocess.Popen([CHATTER, "tail", room_id, *arguments], env=environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def test_tail_ends_when_its_user_is_removed(self):
        room_id = self.make("alice", "bob", "--group")
        tail = self.tail("bob", room_id, "--from", "1")
        self.assertIn("made the room", tail.stdout.readline())  # the stream is open
        self.as_user("alice", "member", "remove", room_id, "bob")
        out, err = tail.communicate(timeout=PATIENCE)
        self.assertIn("* alice removed bob", out)
        self.assertIn("any more", err)
        self.assertEqual(tail.returncode, NOT_FOUND)

    def test_tail_goes_on_over_an_old_removal(self):
        room_id = self.make("alice", "bob", "--group")
        self.as_user("alice", "member", "remove", room_id, "bob")
        self.as_user("alice", "member", "add", room_id, "bob")
        tail = self.tail("bob", room_id, "--from", "1", "--count", "4")
        self.assertIn("made the room", tail.stdout.readline())
        self.as_user("alice", "send", room_id, "welcome back")
        out, _ = tail.communicate(timeout=PATIENCE)
        self.assertIn("welcome back", out)
        self.assertEqual(tail.returncode, OK)
