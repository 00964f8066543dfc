"""Client certificates that stand for service accounts."""

import shutil
import tempfile
from pathlib import Path

import grpc

from certificates import Authority
from client import Client
from harness import ServerTestCase
from stubs import service_account_pb2, user_pb2

INVALID = (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID")


class ClientCertificates(ServerTestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(tempfile.mkdtemp(prefix="chatter-e2e."))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.authority = Authority(folder, "authority")
        certificate, key = cls.authority.sign("server", "DNS:localhost,IP:127.0.0.1")
        cls.flags = ("--tls-cert-file", certificate, "--tls-key-file", key,
                     "--tls-client-ca-file", cls.authority.certificate)
        cls.credentials = cls.credentials_of(None)
        super().setUpClass()

    @classmethod
    def credentials_of(cls, files):
        certificate, key = files or (None, None)
        return grpc.ssl_channel_credentials(
            cls.authority.certificate.read_bytes(), key.read_bytes() if key else None,
            certificate.read_bytes() if certificate else None)

    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob")
        self.gateway = self.authority.sign(
            f"{self.tenant.name}-client",
            f"DNS:{self.tenant.name}.example,URI:spiffe://example/{self.tenant.name}")
        self.map_to(f"{self.tenant.name}.example")

    def map_to(self, *names):
        self.tenant.admin.service_accounts.SetServiceAccount(
            service_account_pb2.SetServiceAccountRequest(
                service_account=service_account_pb2.ServiceAccount(
                    name=self.tenant.name, tenants=[self.tenant.name], services=["*"],
                    may_act_for_users=True, certificate_names=names)))

    def connect(self, user_id=None, token=None, files=None):
        metadata = [] if user_id is None else [("x-chatter-on-behalf-of", user_id)]
        client = Client(self.server.address, tenant=self.tenant.name, token=token,
                        metadata=metadata, credentials=self.credentials_of(files or self.gateway))
        self.addCleanup(client.close)
        return client

    def list_users(self, client):
        return [user.id for user in client.users.ListUsers(user_pb2.ListUsersRequest()).users]

    def test_the_certificate_says_which_service_calls(self):
        self.assertEqual(self.list_users(self.connect()), ["alice", "bob"])
        alice = self.connect("alice")
        room = alice.room_id("alice", "bob")
        stream = alice.stream({room: 0})
        self.addCleanup(stream.cancel)
        event = stream.room_event(room, 1)
        self.assertEqual((event.actor_id, event.service), ("alice", self.tenant.name))

    def test_a_certificate_that_stands_for_nobody(self):
        other = self.authority.sign("unmapped", "DNS:unmapped.example")
        with self.assertFails(*INVALID):
            self.list_users(self.connect(files=other))

    def test_the_calls_own_credential_counts_before_the_connections(self):
        alice = self.connect(token=self.tenant.token("alice"))
        stream = alice.stream()
        self.addCleanup(stream.cancel)
        self.assertEqual(stream.wait_opened().user_id, "alice")
        with self.assertFails(*INVALID):
            self.list_users(self.connect(token="nobody's"))

    def test_streams_end_when_the_name_is_taken_from_the_account(self):
        stream = self.connect("alice").stream()
        self.addCleanup(stream.cancel)
        self.map_to("somebody-else.example")
        self.assertFailure(stream.end(), *INVALID)
        with self.assertFails(*INVALID):
            self.list_users(self.connect())
        self.map_to(f"spiffe://example/{self.tenant.name}")
        self.assertEqual(self.list_users(self.connect()), ["alice", "bob"])
