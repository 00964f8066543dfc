"""What the program `chatter` says where one side speaks TLS, and the other one doesn't."""

import shutil
import tempfile
from pathlib import Path

import grpc

from certificates import Authority
from command_line import UNAVAILABLE, CommandLineTestCase


class InTheClear(CommandLineTestCase):
    def test_tls_to_a_server_without_says_to_leave_it_out(self):
        # gRPC doesn't always tell how the handshake has failed.
        error = self.chatter("health", "--tls", code=UNAVAILABLE)
        self.assertRegex(error, f"^chatter: the server at {self.server.address} "
                                "(doesn't|.* may not) speak TLS.*leave out --tls")
        self.assertEqual(error.count("\n"), 1)  # and gRPC itself is silent
        room_id = self.as_user("alice", "room", "create", "alice", "bob").strip()
        for command in (("send", room_id, "hello"), ("tail", room_id), ("chat", room_id)):
            self.assertIn("leave out --tls",
                          self.as_user("alice", *command, "--tls", code=UNAVAILABLE))


class Encrypted(CommandLineTestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(tempfile.mkdtemp(prefix="chatter-e2e."))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.authority = Authority(folder, "authority")
        certificate, key = cls.authority.sign("server", "DNS:localhost,IP:127.0.0.1")
        cls.other_authority = Authority(folder, "other")
        cls.flags = ("--tls-cert-file", certificate, "--tls-key-file", key)
        cls.credentials = grpc.ssl_channel_credentials(cls.authority.certificate.read_bytes())
        super().setUpClass()

    def setUp(self):
        self.tenant = "none"

    def test_a_server_that_speaks_tls_says_to_add_it(self):
        error = self.chatter("health", code=UNAVAILABLE)
        self.assertIn("tried without TLS: it may speak TLS (add --tls)", error)

    def test_an_authority_that_is_not_trusted_says_which_option_names_one(self):
        for trusted in ((), ("--tls-ca", str(self.other_authority.certificate))):
            error = self.chatter("health", "--tls", *trusted, code=UNAVAILABLE)
            self.assertIn("isn't trusted: give --tls-ca", error)
        self.chatter("health", "--tls", "--tls-ca", str(self.authority.certificate))
