"""The guide docs/guides/rooms.md, word for word, against the real chatterd."""

from guides import LaidOut
from harness import ServerTestCase, Tenant
from test_readme import example


class Guide(ServerTestCase):
    def test_all_of_it(self):
        tenant = Tenant(self.server, "demo")
        self.addCleanup(tenant.close)
        tenant.add_users("alice", "bob")
        guide = LaidOut(self, "rooms.md")
        out = guide.run("exec 2>&1\n" + example("python-setup") + guide.script
                        + 'echo rooms "$direct" "$group" "$lobby"\n')
        lines = out.splitlines()
        direct, group, lobby = lines[-1].split()[1:]
        # Asked for again, the direct room and the group are the same.
        self.assertEqual((lines.count(direct), lines.count(group)), (1, 1))
        reasons = [line.rpartition("[")[2].rstrip("]") for line in lines if line.startswith("chatter:")]
        self.assertEqual(reasons, ["ROLE_NOT_ALLOWED", "LAST_OWNER", "ROOM_ARCHIVED", "ROLE_NOT_ALLOWED",
                                   "ROOM_NOT_FOUND"])
        roles = {line.split()[0]: line.split()[1] for line in lines
                 if line.startswith(("alice  ", "bob  "))}
        self.assertEqual(roles, {"alice": "member", "bob": "owner"})
        begin = lines.index("opened")
        self.assertEqual([line.split()[1] for line in lines[begin + 1:begin + 4]],
                         ["members_added", "message_sent", "members_removed"])
        [became] = [line for line in lines if line.startswith(direct + " ")]
        self.assertRegex(became, " group +3 .*Carol should know that")
        self.assertTrue(any(line.startswith(lobby) and "Lobby" in line for line in lines))
        self.assertEqual(out.count("Among ourselves"), 1)
        self.assertEqual([line for line in lines[-7:-1] if not line.startswith("chatter:")],
                         ["left", "unarchived", "deleted"])
