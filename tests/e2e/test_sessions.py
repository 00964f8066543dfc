"""Chatter's own sessions: who may sign whom in and out, and when a session ends by itself."""

import hashlib

import grpc

from client import Client
from harness import Chatterd, ServerTestCase
from stubs import room_pb2, session_pb2

INVALID = grpc.StatusCode.INVALID_ARGUMENT
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED
DENIED = grpc.StatusCode.PERMISSION_DENIED
NOT_FOUND = grpc.StatusCode.NOT_FOUND


class Sessions(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob")
        self.service = self.tenant.service.sessions

    def user(self, token, address=None):
        client = Client(address or self.server.address, tenant=self.tenant.name, token=token)
        self.addCleanup(client.close)
        return client

    def signed_in(self, client):
        """Whether calls with its token are let through; for no other reason they are not."""
        try:
            client.rooms.ListRooms(room_pb2.ListRoomsRequest())
        except grpc.RpcError as error:
            self.assertEqual(error.code(), UNAUTHENTICATED, error)
            return False
        return True

    def listed(self, sessions, user_id="", page_size=0):
        request = session_pb2.ListSessionsRequest(user_id=user_id, page_size=page_size)
        found, more = [], True
        while more:
            page = sessions.ListSessions(request)
            found += page.sessions
            request.page_token = page.next_page_token
            more = bool(page.next_page_token)
        return found

    def move(self, session, assignment):
        """As if time had passed."""
        self.postgres.query(
            f"UPDATE {self.tenant.name}.chatter_session SET {assignment} "
            rf"WHERE token_digest = '\x{session.session.id}'", self.database_url)

    def revoke(self, sessions, **request):
        return sessions.RevokeSessions(session_pb2.RevokeSessionsRequest(**request)).revoked

    # ---- What a session is ----

    def test_a_session_says_what_it_is(self):
        made = self.tenant.sign_in("alice", ttl={"seconds": 3600}, idle_ttl={"seconds": 600},
                                   device="Alice's telephone")
        session = made.session
        self.assertEqual(session.id, hashlib.sha256(made.token.encode()).hexdigest())
        self.assertEqual(session.expires_at.seconds - session.created_at.seconds, 3600)
        self.assertEqual(session.idle_ttl.seconds, 600)
        self.assertEqual(self.listed(self.service, "alice"), [session])
        self.assertTrue(self.signed_in(self.user(made.token)))
        plain = self.tenant.sign_in("alice").session
        self.assertEqual(plain.expires_at.seconds - plain.created_at.seconds, 12 * 3600)
        self.assertFalse(plain.HasField("idle_ttl"))
        self.assertEqual(plain.device, "")

    def test_the_token_is_stored_nowhere(self):
        made = self.tenant.sign_in("alice", device="a telephone")
        dump = "\n".join(self.postgres.query(
            f"SELECT s::text FROM {self.tenant.name}.chatter_session s", self.database_url))
        self.assertIn("a telephone", dump)
        self.assertNotIn(made.token, dump)
        self.assertNotIn(made.token.encode().hex(), dump)
        self.assertNotIn(made.token[4:], dump)
        self.assertNotIn(made.token, self.server.log.read_text("utf-8"))

    def test_the_bounds_of_the_fields(self):
        for field, bad in (("ttl", {"seconds": 0}), ("ttl", {"seconds": 366 * 86400}),
                           ("idle_ttl", {"seconds": 59}), ("idle_ttl", {"seconds": 366 * 86400}),
                           ("device", "x" * 129), ("device", "a\nb")):
            with self.subTest(field=field, bad=bad):
                with self.assertFails(INVALID, "INVALID_FIELD"):
                    self.tenant.sign_in("alice", **{field: bad})
        self.tenant.sign_in("alice", ttl={"seconds": 365 * 86400}, idle_ttl={"seconds": 60},
                            device="x" * 128)
        for request in ({"user_id": ""}, {"user_id": "alice", "page_size": -1},
                        {"user_id": "alice", "page_token": "nonsense"}):
            with self.assertFails(INVALID, "INVALID_FIELD"):
                self.service.ListSessions(session_pb2.ListSessionsRequest(**request))
        for session_id in ("", "x", "0" * 63, "g" * 64):
            with self.assertFails(INVALID, "INVALID_FIELD"):
                self.service.RevokeSession(
                    session_pb2.RevokeSessionRequest(session_id=session_id))
        with self.assertFails(INVALID, "INVALID_FIELD"):
            self.revoke(self.service, user_id="")

    def test_nobody_unknown_is_signed_in(self):
        with self.assertFails(NOT_FOUND, "USER_NOT_FOUND"):
            self.tenant.sign_in("nobody")

    # ---- How it ends ----

    def test_it_expires(self):
        made = self.tenant.sign_in("alice")
        client = self.user(made.token)
        self.assertTrue(self.signed_in(client))
        self.move(made, "expires_at = now()")
        self.until(lambda: not self.signed_in(client), "expired")
        self.assertEqual(self.listed(self.service, "alice"), [])

    def test_it_ends_when_it_lies_idle_and_lives_when_it_is_used(self):
        made = self.tenant.sign_in("alice", idle_ttl={"seconds": 600})
        client = self.user(made.token)
        last_used = ("SELECT last_used_at > now() - interval '1 minute' FROM "
                     f"{self.tenant.name}.chatter_session")
        self.move(made, "last_used_at = now() - interval '9 minutes'")
        self.assertTrue(self.signed_in(client))
        self.assertEqual(self.postgres.query(last_used, self.database_url), ["t"])
        self.move(made, "last_used_at = now() - interval '10 minutes'")
        self.until(lambda: not self.signed_in(client), "ended")

    def test_an_open_stream_is_a_use_and_ends_with_its_session(self):
        made = self.tenant.sign_in("alice", idle_ttl={"seconds": 600})
        stream = self.user(made.token).stream()
        stream.wait_opened()
        self.move(made, "last_used_at = now() - interval '9 minutes'")
        used = ("SELECT last_used_at > now() - interval '1 minute' FROM "
                f"{self.tenant.name}.chatter_session")
        self.until(lambda: self.postgres.query(used, self.database_url) == ["t"], "used")
        self.move(made, "last_used_at = now() - interval '10 minutes'")
        self.assertFailure(stream.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")

    def test_the_101st_ends_the_one_that_was_used_least_recently(self):
        made = [self.tenant.sign_in("alice", device=str(number)) for number in range(100)]
        self.move(made[0], "last_used_at = now() + interval '1 second'")
        newest = self.tenant.sign_in("alice", device="100")
        devices = {session.device for session in self.listed(self.service, "alice", 30)}
        self.assertEqual(devices, {str(number) for number in range(101)} - {"1"})
        self.assertTrue(self.signed_in(self.user(made[0].token)))
        self.assertFalse(self.signed_in(self.user(made[1].token)))
        self.assertTrue(self.signed_in(self.user(newest.token)))

    # ---- Revocation ----

    def test_a_service_revokes_one_and_others_stay(self):
        one, other = self.tenant.sign_in("alice"), self.tenant.sign_in("alice")
        client = self.user(one.token)
        self.assertTrue(self.signed_in(client))  # and in the cache
        revocation = session_pb2.RevokeSessionRequest(session_id=one.session.id)
        self.service.RevokeSession(revocation)
        self.assertFalse(self.signed_in(client))
        self.assertTrue(self.signed_in(self.user(other.token)))
        with self.assertFails(NOT_FOUND, "SESSION_NOT_FOUND"):
            self.service.RevokeSession(revocation)

    def test_a_service_revokes_those_of_a_device_and_then_all(self):
        phones = [self.tenant.sign_in("alice", device="phone") for _ in range(3)]
        desk = self.tenant.sign_in("alice", device="desk")
        bobs = self.tenant.sign_in("bob", device="phone")
        clients = [self.user(made.token) for made in phones]
        self.assertTrue(all(self.signed_in(client) for client in clients))
        self.assertEqual(self.revoke(self.service, user_id="alice", device="car"), 0)
        self.assertEqual(self.revoke(self.service, user_id="alice", device="phone"), 3)
        self.assertFalse(any(self.signed_in(client) for client in clients))
        self.assertTrue(self.signed_in(self.user(desk.token)))
        self.assertEqual(self.revoke(self.service, user_id="alice"), 1)
        self.assertFalse(self.signed_in(self.user(desk.token)))
        self.assertTrue(self.signed_in(self.user(bobs.token)))

    def test_another_server_hears_of_it_within_two_seconds(self):
        other = Chatterd(self.database_url)
        self.addCleanup(other.destroy)
        other.start()
        made = self.tenant.sign_in("alice")
        there = self.user(made.token, other.address)
        self.assertTrue(self.signed_in(there))
        self.revoke(self.service, user_id="alice")
        self.until(lambda: not self.signed_in(there), "signed out at the other server")

    # ---- Users and their own ----

    def test_users_see_and_end_their_own(self):
        mine = [self.tenant.sign_in("alice", device=device) for device in ("phone", "desk", "desk")]
        alice = self.user(mine[0].token).sessions
        for user_id in ("", "alice"):
            self.assertEqual([session.id for session in self.listed(alice, user_id, 1)],
                             [made.session.id for made in reversed(mine)])
        alice.RevokeSession(session_pb2.RevokeSessionRequest(session_id=mine[1].session.id))
        self.assertFalse(self.signed_in(self.user(mine[1].token)))
        self.assertEqual(self.revoke(alice, device="desk"), 1)
        self.assertFalse(self.signed_in(self.user(mine[2].token)))
        self.assertEqual(self.revoke(alice, user_id="alice"), 1)  # and the one that it calls with
        self.assertFalse(self.signed_in(self.user(mine[0].token)))

    def test_users_neither_see_nor_end_those_of_others(self):
        bobs = self.tenant.sign_in("bob")
        alice = self.user(self.tenant.token("alice")).sessions
        with self.assertFails(DENIED, "CREDENTIAL_NOT_ALLOWED"):
            alice.ListSessions(session_pb2.ListSessionsRequest(user_id="bob"))
        with self.assertFails(DENIED, "CREDENTIAL_NOT_ALLOWED"):
            self.revoke(alice, user_id="bob")
        # In the same words as for one that doesn't exist.
        for session_id in (bobs.session.id, "0" * 64):
            with self.assertFails(NOT_FOUND, "SESSION_NOT_FOUND"):
                alice.RevokeSession(session_pb2.RevokeSessionRequest(session_id=session_id))
        self.assertTrue(self.signed_in(self.user(bobs.token)))

    def test_users_sign_nobody_in(self):
        alice = self.user(self.tenant.token("alice")).sessions
        for user_id in ("alice", "bob"):
            with self.assertFails(DENIED, "CREDENTIAL_NOT_ALLOWED"):
                alice.CreateSession(session_pb2.CreateSessionRequest(user_id=user_id))
