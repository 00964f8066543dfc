"""The guides that begin with scripts/run, word for word, one after the other on one chatterd."""

import http.client
import json
import re

from guides import Terminal
from harness import PATIENCE, ServerTestCase, free_port
from test_node import install_packages
from test_readme import example

GUIDES = ("jwt", "services", "gateways", "rooms", "messages", "threads", "notifications",
          "presence", "search", "settings", "errors")


def column(lines, name):
    """What the first rows of all tables with this column say there, a word of each."""
    heads = [(i, re.search(rf"(?<!\S){name}(?!\S)", line)) for i, line in enumerate(lines)]
    return [lines[i + 1][head.start():].split()[0] for i, head in heads if head]


def reasons(lines):
    """Of the commands that failed."""
    return [line.rpartition("[")[2].rstrip("]") for line in lines if line.startswith("chatter:")]


def messages(lines):
    return [line.split("  ", 2)[2] for line in lines if re.match(r"\d+  ", line)]


class Browser:
    """An EventSource, as far as the guide needs it."""

    def __init__(self, port, user, last_id=""):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._connection.request("GET", f"/events?user={user}", headers={"Last-Event-ID": last_id})
        self._lines = self._connection.getresponse()
        self.status = self._lines.status
        self.last_id = last_id

    def wait_for(self, kind):
        """The data of the next event of this kind."""
        event = {}
        while line := self._lines.readline().decode():
            if line != "\n":
                name, _, value = line.rstrip("\n").partition(": ")
                event[name] = value
                continue
            self.last_id = event["id"]
            if event["event"] == kind:
                return json.loads(event["data"])
            event = {}
        raise AssertionError(f"the stream ended before any {kind}")

    def close(self):
        self._connection.close()


class Guides(ServerTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terminal = Terminal(cls.server)
        cls.addClassCleanup(cls.terminal.close)
        cls.terminal.run(example("python-setup"))

    def test_each_prints_what_it_says_after_any_other(self):
        for name in GUIDES + GUIDES[::-1]:
            parts = self.terminal.lay_out(f"{name}.md")
            *steps, clean_up = parts["shell"]
            lines = self.terminal.run("".join(steps))
            getattr(self, f"check_{name}")(lines, parts)
            self.assertRegex(self.terminal.run(clean_up)[-1], r"^guide_\d+: deleted")

    def test_errors_in_node(self):
        packages = install_packages()
        parts = self.terminal.lay_out("errors.md")
        *steps, clean_up = parts["shell"]
        self.terminal.run(f"export NODE_PATH='{packages}'\n" + "".join(steps))
        self.assertEqual(self.terminal.run(parts["node"][0]), parts["printed"][0].splitlines())
        self.terminal.run(clean_up)

    def check_jwt(self, lines, _):
        self.assertRegex("\n".join(lines), "(?m)^2 .* alice: Hello, Bob$")
        self.assertEqual(lines[-1], "deleted")  # the issuer

    def check_services(self, lines, _):
        [sent] = [json.loads(line) for line in lines if line.startswith('{"messages"')]
        self.assertEqual((sent["messages"][0]["sender_id"], sent["messages"][0]["service"]),
                         ("alice", "shop"))
        self.assertIn("opened alice", lines)
        self.assertEqual(lines[-2:], ["revoked", "set"])

    def check_gateways(self, _, parts):
        port = free_port()
        command = parts["gateway"][0].strip().removesuffix("&").replace("8080", str(port))
        self.terminal.run(f": >.local/listening; setpriv --pdeathsig KILL {command} "
                          ">>.local/listening 2>.local/requests &\n")
        listening = self.terminal.home / ".local/listening"
        self.until(lambda: listening.read_text("utf-8"), "listening")
        self.use_gateway(port)

    def check_rooms(self, lines, _):
        direct, group, lobby = self.terminal.run('echo "$direct" "$group" "$lobby"')[0].split()
        # Asked for again, the direct room and the group are the same.
        self.assertEqual((lines.count(direct), lines.count(group)), (1, 1))
        self.assertEqual(reasons(lines), ["ROLE_NOT_ALLOWED", "LAST_OWNER", "ROOM_ARCHIVED",
                                          "ROLE_NOT_ALLOWED", "ROOM_NOT_FOUND"])
        roles = [line.split()[::2][:2] for line in lines if line.startswith(("alice  ", "bob  "))]
        self.assertEqual(roles, [["alice", "member"], ["bob", "owner"]])
        begin = lines.index("opened")
        self.assertEqual([line.split()[1] for line in lines[begin + 1:begin + 4]],
                         ["members_added", "message_sent", "members_removed"])
        [became] = [line for line in lines if line.startswith(direct + " ")]
        self.assertRegex(became, " group +3 ")
        self.assertEqual([line.split()[1] for line in lines if line.startswith(lobby)], ["Lobby"])
        self.assertEqual(messages(lines), ["alice: Just between us", "alice: Carol should know this",
                                           "alice: Among ourselves"])
        self.assertEqual([line for line in lines[-7:] if not line.startswith("chatter:")],
                         ["archived", "left", "unarchived", "deleted"])

    def check_messages(self, lines, _):
        shown = "bob: Hello, Alice (edited) (pinned) [👍 1]"
        self.assertEqual(messages(lines), [
            shown, shown, "bob: (deleted)",
            "bob: Hello, dear Alice (edited by alice) (pinned) [👍 1]"])
        begin = lines.index("deleted")
        self.assertEqual(lines[begin - 1], "2")  # sent again
        self.assertIn('"edit_seq":"8"', lines)
        self.assertEqual(reasons(lines), ["MESSAGE_CHANGED"])
        begin = lines.index("2 Hello, dear Alice True {'👍': ['alice']}")
        self.assertEqual(lines[begin - 2:begin], ["edited", "edited"])
        self.assertEqual(lines[begin + 1:begin + 4], [
            "6 (deleted) False {}", "messages 1, rooms 1, mentions 0", "2"])
        self.assertEqual(column(lines, "UNREAD"), ["0", "0"])
        self.assertEqual(column(lines, "READ"), ["10", "10"])  # before the silent mark, and after

    def check_threads(self, lines, _):
        self.assertEqual(messages(lines), [
            "alice: Where do we meet? (replies: 2)", "bob: At the harbour (reply to 2)",
            "alice: Which pier? (in thread 2)", "bob: The second (in thread 2)",
            "bob: (with https://files.example/pier.png)", "bob: The tickets (with tickets.pdf)",
            "alice: The tickets (forwarded from bob) (with tickets.pdf)"])
        self.assertIn('"unread_mention_count":2', lines)
        begin = lines.index("edited")
        self.assertEqual(lines[begin - 1], lines[begin + 1])  # forwarded again

    def check_notifications(self, lines, _):
        begin = lines.index("bob")
        self.assertEqual(lines[begin + 1:begin + 8],
                         ["chosen", "chosen", "muted", "messages 0, rooms 0, mentions 0", "unmuted",
                          "messages 1, rooms 1, mentions 0", "pinned"])
        kinds = re.findall(r"  (group.*?)  ", "\n".join(lines))
        self.assertEqual(kinds, ["group, pinned", "group, pinned, hidden", "group, pinned"])
        self.assertEqual(column(lines, "READ MARKS"), ["shown", "shown", "hidden"])
        self.assertEqual(lines[-1], "push to bob Are you there?")

    def check_presence(self, lines, _):
        self.assertEqual([line.split() for line in lines[-7:-5]],
                         [["alice", "offline"], ["bob", "offline"]])
        self.assertEqual(lines[-5:], ["bob is OFFLINE", "bob is ONLINE", "bob is typing",
                                      "bob has stopped", "bob is AWAY"])

    def check_search(self, lines, _):
        self.assertEqual(reasons(lines), ["FEATURE_DISABLED"])
        found = [line.split("  ", 3)[3] for line in lines if re.match(r"[0-9a-f-]{36}  ", line)]
        self.assertCountEqual(found[:2], ["alice: The red *apples* are ripe",
                                          "bob: Pears as well, and an *apple* tree"])
        latest = ["bob: Pears as well, and an *apple* tree", "alice: The red *apples* are ripe"]
        self.assertEqual(found[2:], ["alice: The red *apples* are ripe",
                                     "bob: *Pears* as well, and an *apple* tree",
                                     *latest, "alice: The red *apples* are ripe", *latest,
                                     "bob: *Quinces* as well (edited)"])

    def check_settings(self, lines, _):
        self.assertEqual(reasons(lines), ["FEATURE_DISABLED"])
        self.assertEqual(lines.count("reacted"), 1)
        disabled = [line.split("  ", 1)[1].strip() for line in lines if line.startswith("disabled")]
        self.assertEqual(disabled, ["none", "reactions, public-rooms"] + ["public-rooms"] * 4)
        windows = [line.split()[-1] for line in lines if line.startswith("rewrite window")]
        self.assertEqual(windows, ["none"] * 3 + ["15m"] + ["none"] * 2)
        self.assertEqual(messages(lines), ["bob: Helo, Alice", "bob: Hello, Alice", "bob: (erased)",
                                           "bob: (erased)", "bob: Hello!"])

    def check_errors(self, lines, parts):
        self.assertEqual("\n".join(lines[-8:]) + "\n", parts["printed"][0])
        # Lines of the log are written after the calls.
        logged = self.until(lambda: self.terminal.run(parts["log"][0].strip() + " || true"),
                            "in the log")
        self.assertIn("reason=INVALID_FIELD", logged[-1])

    def post(self, port, user, room, text, status=200):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("POST", f"/messages?user={user}&room={room}", text)
        response = connection.getresponse()
        self.assertEqual(response.status, status)
        sent = response.read()
        connection.close()
        return int(json.loads(sent)["seq"]) if status == 200 else None

    def use_gateway(self, port):
        [room] = self.terminal.run("chatter room create alice bob --on-behalf-of alice")
        bob = Browser(port, "bob")
        self.assertEqual(bob.wait_for("opened")["opened"]["userId"], "bob")
        self.assertEqual(self.post(port, "alice", room, "Hello from a browser"), 2)
        event = bob.wait_for("room_event")["roomEvent"]
        self.assertEqual((event["actorId"], event["messageSent"]["text"]),
                         ("alice", "Hello from a browser"))
        bob.close()
        for text in ("while he was away", "again, when he had seen no event but opened"):
            self.post(port, "alice", room, text)
            back = Browser(port, "bob", bob.last_id)
            self.addCleanup(back.close)
            self.assertEqual(back.wait_for("room_event")["roomEvent"]["messageSent"]["text"], text)
            back.close()
            bob = Browser(port, "bob")
            self.addCleanup(bob.close)
            bob.wait_for("opened")
            bob.close()
        self.check_quiet_rooms(port, room)
        nobody = Browser(port, "nobody")
        self.addCleanup(nobody.close)
        self.assertGreaterEqual(nobody.status, 400)
        self.post(port, "alice", "no-room", "lost", status=400)

    def check_quiet_rooms(self, port, room):
        """From `opened` on, a browser has its place in rooms, too, where nothing has happened."""
        [quiet] = self.terminal.run("chatter room create alice bob --group --on-behalf-of alice")
        bob = Browser(port, "bob")
        bob.wait_for("opened")
        self.post(port, "alice", room, "in the other room")
        bob.wait_for("room_event")
        bob.close()
        for text in ("while he was away", "and when he was away again"):
            self.post(port, "alice", quiet, text)
            bob = Browser(port, "bob", bob.last_id)
            event = bob.wait_for("room_event")["roomEvent"]
            self.assertEqual((event["roomId"], event["messageSent"]["text"]), (quiet, text))
            bob.close()
        [made] = self.terminal.run("chatter room create alice bob --group --on-behalf-of alice")
        self.post(port, "alice", made, "for ListMessages")
        bob = Browser(port, "bob", bob.last_id)
        heads = {head["roomId"]: head for head in bob.wait_for("opened")["opened"]["rooms"]}
        self.assertEqual((heads[made]["joinedSeq"], heads[made]["headSeq"]), ("1", "2"))
        self.post(port, "alice", made, "from here on")
        event = bob.wait_for("room_event")["roomEvent"]
        self.assertEqual((event["roomId"], event["messageSent"]["text"]), (made, "from here on"))
        bob.close()
