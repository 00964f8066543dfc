"""Whoever may not go on hears of it on the open stream: within two seconds, and with the reason."""

import grpc
from google.protobuf import duration_pb2

from client import Client
from harness import SERVING, Chatterd, ServerTestCase
from stubs import session_pb2, user_pb2

INVALID = (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID")
DEACTIVATED = (grpc.StatusCode.UNAUTHENTICATED, "USER_DEACTIVATED")
SUSPENDED = (grpc.StatusCode.FAILED_PRECONDITION, "TENANT_SUSPENDED")
TENANT_GONE = (grpc.StatusCode.NOT_FOUND, "TENANT_NOT_FOUND")


class Revocation(ServerTestCase):

    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob")
        self.alice = self.open_stream("alice")
        self.bob = self.open_stream("bob")

    def open_stream(self, user_id, tenant=None):
        stream = self.client(tenant or self.tenant, user_id).stream()
        self.addCleanup(stream.cancel)
        return stream

    def sql(self, text):
        self.postgres.query(text.replace("SCHEMA", self.tenant.name), self.database_url)

    def revoke(self, user_id, service=None):
        (service or self.tenant.service).sessions.RevokeSessions(
            session_pb2.RevokeSessionsRequest(user_id=user_id))

    def assertEnds(self, stream, how):
        self.assertFailure(stream.end(), *how)

    def assertGoesOn(self, stream):
        self.assertTrue(stream.reply(stream.ping()).HasField("done"))

    def test_a_session_is_revoked(self):
        self.revoke("alice")
        self.assertEnds(self.alice, INVALID)
        self.assertGoesOn(self.bob)

    def test_a_session_expires(self):
        short = self.tenant.service.sessions.CreateSession(session_pb2.CreateSessionRequest(
            user_id="alice", ttl=duration_pb2.Duration(seconds=1)))
        client = Client(self.server.address, tenant=self.tenant.name, token=short.token)
        self.addCleanup(client.close)
        stream = client.stream()
        self.addCleanup(stream.cancel)
        self.assertEnds(stream, INVALID)
        self.assertGoesOn(self.alice)

    # By hand, and therefore not at once.
    def test_a_session_is_deleted_from_its_table(self):
        self.sql("DELETE FROM SCHEMA.chatter_session WHERE user_id = 'alice'")
        self.assertEnds(self.alice, INVALID)
        self.assertGoesOn(self.bob)

    def test_a_user_is_deactivated(self):
        self.tenant.service.users.DeactivateUser(user_pb2.DeactivateUserRequest(user_id="alice"))
        self.assertEnds(self.alice, DEACTIVATED)
        self.assertGoesOn(self.bob)

    def test_the_tenant_is_suspended(self):
        other = self.open_stream("alice", self.make_tenant("alice"))
        self.sql("UPDATE chatter.tenant SET state = 2, state_reason = 'The bill is unpaid' "
                 "WHERE schema_name = 'SCHEMA'")
        self.assertEnds(self.alice, SUSPENDED)
        self.assertIn("The bill is unpaid", self.alice.end().message)
        self.assertEnds(self.bob, SUSPENDED)
        self.assertGoesOn(other)

    def test_the_tenant_is_deleted(self):
        other = self.open_stream("alice", self.make_tenant("alice"))
        self.sql("DELETE FROM chatter.tenant WHERE schema_name = 'SCHEMA'")
        self.assertEnds(self.alice, TENANT_GONE)
        self.assertGoesOn(other)

    def test_streams_of_every_node_end(self):
        node = Chatterd(self.database_url)
        self.addCleanup(node.destroy)
        node.start()
        node.wait_for_health(SERVING)
        client = self.tenant.client("alice", node.address)
        self.addCleanup(client.close)
        elsewhere = client.stream()
        self.addCleanup(elsewhere.cancel)
        self.revoke("alice")
        self.assertEnds(elsewhere, INVALID)
        self.assertEnds(self.alice, INVALID)

    def test_nobody_is_thrown_out_while_the_database_is_away(self):
        self.postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                            "current_database() AND pid <> pg_backend_pid()", self.database_url)
        self.server.wait_for_health(SERVING)
        self.assertGoesOn(self.alice)
        # The rechecks go on, too.
        self.until(lambda: self.tries_to_revoke("alice"), "alice's sessions are revoked")
        self.assertEnds(self.alice, INVALID)
        self.assertGoesOn(self.bob)

    # A connection that turns out to be cut fails what was sent on it.
    def tries_to_revoke(self, user_id):
        try:
            self.revoke(user_id)
        except grpc.RpcError as error:
            self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
            return False
        return True
