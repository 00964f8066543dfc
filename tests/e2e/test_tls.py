"""Connections that are encrypted: who gets in, and what happens when certificates are renewed."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc

from certificates import Authority
from client import open_channel
from harness import CHATTER, CHATTERD, PATIENCE, SERVING, E2ETestCase, ServerTestCase
from stubs import ROOT, health_pb2, health_pb2_grpc

OK, USAGE, UNAVAILABLE = 0, 2, 5
SERVER_NAMES = "DNS:localhost,IP:127.0.0.1"


def make_folder(test):
    folder = Path(tempfile.mkdtemp(prefix="chatter-e2e."))
    test.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
    return folder


def channel_credentials(authority, client=None):
    """Those of a client who trusts the authority. `client`: the files of its own certificate."""
    certificate, key = client or (None, None)
    return grpc.ssl_channel_credentials(
        root_certificates=authority.certificate.read_bytes(),
        private_key=key.read_bytes() if key else None,
        certificate_chain=certificate.read_bytes() if certificate else None)


def replace(path, content):
    """As tools that renew certificates do: the file is the old one or the new one, never half."""
    new = path.with_suffix(".new")
    new.write_bytes(content)
    new.rename(path)


class Tls(ServerTestCase):
    @classmethod
    def setUpClass(cls):
        folder = make_folder(cls)
        cls.authority = Authority(folder, "authority")
        cls.clients_authority = Authority(folder, "clients-authority")
        cls.strangers_authority = Authority(folder, "strangers-authority")
        certificate, key = cls.authority.sign("server", SERVER_NAMES)
        cls.client_certificate = cls.clients_authority.sign("client", "DNS:gateway.example")
        cls.flags = ("--tls-cert-file", certificate, "--tls-key-file", key,
                     "--tls-client-ca-file", cls.clients_authority.certificate)
        cls.credentials = channel_credentials(cls.authority)
        super().setUpClass()

    def chatter(self, *arguments, code=OK, **environment):
        environment = {"HOME": "/nonexistent", "PATH": os.environ["PATH"],
                       "CHATTER_ADDRESS": self.server.address, **environment}
        done = subprocess.run([CHATTER, *map(str, arguments)], env=environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
                              check=False)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def health(self, credentials, address=None):
        with open_channel(address or self.server.address, credentials=credentials) as channel:
            return health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=PATIENCE).status

    def test_health_is_told_by_name_and_by_address(self):
        for host in ("localhost", "127.0.0.1"):
            self.assertEqual(self.health(self.credentials, f"{host}:{self.server.port}"), SERVING)

    def test_a_message_goes_from_one_to_the_other(self):
        tenant = self.make_tenant("alice", "bob")
        alice, bob = self.client(tenant, "alice"), self.client(tenant, "bob")
        room_id = alice.room_id("alice", "bob")
        stream = bob.stream()
        self.addCleanup(stream.cancel)
        seq = alice.send_message(room_id, "1", "Hello, encrypted").seq
        self.assertEqual(stream.room_event(room_id, seq).message_sent.text, "Hello, encrypted")

    def test_chatter_works_with_and_without_a_certificate(self):
        tls = ("--tls", "--tls-ca", self.authority.certificate)
        self.assertEqual(self.chatter(*tls, "health"), "SERVING\n")
        tenant = self.make_tenant("alice", "bob")
        certificate, key = map(str, self.client_certificate)
        user = {"CHATTER_TENANT": tenant.name, "CHATTER_TOKEN": tenant.token("alice"),
                "CHATTER_TLS_CERT": certificate, "CHATTER_TLS_KEY": key}
        room_id = self.chatter(*tls, "room", "create", "alice", "bob", **user).strip()
        self.assertEqual(self.chatter(*tls, "send", room_id, "Hello", **user), "2\n")
        tail = self.chatter(*tls, "tail", room_id, "--from", "2", "--count", "1", **user)
        self.assertIn("alice: Hello", tail)

    def test_chatter_needs_the_right_files(self):
        tls = ("--tls", "--tls-ca", self.authority.certificate)
        certificate, key = self.client_certificate
        self.assertIn("together", self.chatter(*tls, "--tls-cert", certificate, "health",
                                               code=USAGE))
        self.assertIn("TLS is off", self.chatter("--tls-cert", certificate, "--tls-key", key,
                                                 "health", code=USAGE))
        self.assertIn(str(key), self.chatter("--tls", "--tls-ca", key, "health", code=USAGE))

    def test_a_client_in_the_clear_is_refused(self):
        with self.assertFails(grpc.StatusCode.UNAVAILABLE):
            self.health(None)
        self.chatter("health", code=UNAVAILABLE)

    def test_a_client_that_trusts_somebody_else_does_not_connect(self):
        with self.assertFails(grpc.StatusCode.UNAVAILABLE):
            self.health(channel_credentials(self.strangers_authority))
        self.chatter("--tls", "--tls-ca", self.strangers_authority.certificate, "health",
                     code=UNAVAILABLE)

    def test_certificates_of_other_authorities_are_refused(self):
        stranger = self.strangers_authority.sign("stranger", "DNS:gateway.example")
        self.assertEqual(
            self.health(channel_credentials(self.authority, self.client_certificate)), SERVING)
        with self.assertFails(grpc.StatusCode.UNAVAILABLE):
            self.health(channel_credentials(self.authority, stranger))
        self.chatter("--tls", "--tls-ca", self.authority.certificate, "--tls-cert", stranger[0],
                     "--tls-key", stranger[1], "health", code=UNAVAILABLE)

    def test_versions_1_2_and_1_3_are_spoken(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context(cafile=self.authority.certificate)
            context.set_alpn_protocols(["h2"])
            context.minimum_version = context.maximum_version = version
            with contextlib.closing(socket.create_connection(
                    ("127.0.0.1", self.server.port), PATIENCE)) as connection, \
                    context.wrap_socket(connection, server_hostname="localhost") as encrypted:
                self.assertEqual(encrypted.version(), version.name.replace("_", "."))


class Renewal(ServerTestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = make_folder(cls)
        cls.old = Authority(cls.folder, "old")
        cls.new = Authority(cls.folder, "new")
        cls.certificate, cls.key = cls.folder / "live.crt", cls.folder / "live.key"
        certificate, key = cls.old.sign("old-server", SERVER_NAMES)
        replace(cls.key, key.read_bytes())
        replace(cls.certificate, certificate.read_bytes())
        cls.flags = ("--tls-cert-file", cls.certificate, "--tls-key-file", cls.key)
        cls.credentials = channel_credentials(cls.old)
        super().setUpClass()

    def is_trusted(self, authority):
        """Whether new connections are shown a certificate of this authority."""
        with open_channel(self.server.address,
                          credentials=channel_credentials(authority)) as channel:
            try:
                health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(),
                                                          timeout=PATIENCE)
            except grpc.RpcError as error:
                self.assertRegex(error.details(), "(?i)certificate.verify.failed")
                return False
            return True

    def logged(self, text):
        """How often."""
        return self.server.log.read_text("utf-8").count(text)

    def test_new_files_are_seen_without_a_restart(self):
        tenant = self.make_tenant("alice", "bob")
        alice = self.client(tenant, "alice")
        room_id = alice.room_id("alice", "bob")
        stream = alice.stream()
        self.addCleanup(stream.cancel)

        replace(self.certificate, b"not a certificate")
        problem = f"certificate={self.certificate}"
        self.until(lambda: self.logged(problem) == 1, "the broken file was noticed")
        self.server.signal(signal.SIGHUP)
        self.until(lambda: self.logged(problem) == 2, "the log tells it to who asks")
        self.assertTrue(self.is_trusted(self.old))

        certificate, key = self.new.sign("new-server", SERVER_NAMES)
        replace(self.certificate, certificate.read_bytes())
        self.until(lambda: self.logged("--tls-key-file must be the key of"),
                   "the certificate was seen to wait for its key")
        self.assertTrue(self.is_trusted(self.old))

        replace(self.key, key.read_bytes())
        self.until(lambda: self.is_trusted(self.new), "new connections are shown the new one")
        self.assertFalse(self.is_trusted(self.old))

        # Who was connected before stays so.
        seq = alice.send_message(room_id, "1", "Still here").seq
        self.assertEqual(stream.room_event(room_id, seq).message_sent.text, "Still here")


class Guide(ServerTestCase):
    """The commands of docs/operations/tls.md, word for word."""

    @classmethod
    def setUpClass(cls):
        cls.folder = make_folder(cls)
        text = (ROOT / "docs/operations/tls.md").read_text("utf-8")
        cls.blocks = {}
        for name, code in re.findall(r"<!-- test: (\S+) -->\n```\w*\n(.*?)```", text, re.DOTALL):
            cls.blocks[name] = cls.blocks.get(name, "") + code
        cls.shell("authority", "server", "client")
        _, *flags = shlex.split(cls.blocks["serve"])
        cls.flags = [flag if flag.startswith("--") else cls.folder / flag for flag in flags]
        cls.credentials = grpc.ssl_channel_credentials((cls.folder / "ca.crt").read_bytes())
        super().setUpClass()

    @classmethod
    def shell(cls, *blocks, **environment):
        path = f"{Path(CHATTER).parent}:/usr/bin:/bin"
        done = subprocess.run(["bash", "-euc", "".join(cls.blocks[name] for name in blocks)],
                              cwd=cls.folder, text=True, capture_output=True, timeout=PATIENCE,
                              check=False, env={"PATH": path, "HOME": "/nonexistent"} | environment)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout

    def test_calling(self):
        self.assertEqual(self.shell("call", CHATTER_ADDRESS=self.server.address), "SERVING\n" * 3)
        subprocess.run([sys.executable, "-c", self.blocks["python"]], cwd=self.folder, check=True,
                       env={"CHATTER_ADDRESS": self.server.address}, timeout=PATIENCE)

    def test_renewing(self):
        def shown():
            return ssl.get_server_certificate(("127.0.0.1", self.server.port), timeout=PATIENCE)

        old = shown()
        self.shell("renew")
        self.until(lambda: shown() != old, "the new certificate is shown")


class WrongSettings(E2ETestCase):
    def test_the_start_ends_with_one_line_that_names_the_setting(self):
        folder = make_folder(type(self))
        authority = Authority(folder, "authority")
        certificate, key = authority.sign("server", SERVER_NAMES)
        _, other_key = authority.sign("other", SERVER_NAMES)
        locked_key = folder / "locked.key"
        subprocess.run(["openssl", "pkcs8", "-topk8", "-in", key, "-out", locked_key, "-passout",
                        "pass:secret"], check=True)
        for named, cert_file, key_file, more in (
                ("--tls-key-file", certificate, None, ()),
                ("--tls-cert-file", None, key, ()),
                ("--tls-cert-file", folder / "nothing", key, ()),
                ("--tls-cert-file", folder, key, ()),
                ("--tls-cert-file", key, key, ()),
                ("--tls-key-file", certificate, certificate, ()),
                ("--tls-key-file", certificate, other_key, ()),
                ("--tls-key-file", certificate, locked_key, ()),
                ("--tls-client-ca-file", certificate, key, ("--tls-client-ca-file", key)),
                ("--tls-client-ca-file", None, None,
                 ("--tls-client-ca-file", authority.certificate))):
            flags = list(more)
            flags += ["--tls-cert-file", cert_file] if cert_file else []
            flags += ["--tls-key-file", key_file] if key_file else []
            with self.subTest(flags=flags):
                done = subprocess.run(
                    [CHATTERD, "--database-url", "postgresql://127.0.0.1:1/none", *flags],
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
                    check=False)
                self.assertEqual(done.returncode, USAGE, done.stderr)
                self.assertRegex(done.stderr, rf"\Achatterd: .*{named}.*\n\Z")
