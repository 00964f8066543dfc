"""The proxies' configurations in deploy/, as they are: attacked, while others call through them."""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import grpc

import raw_http2
from certificates import Authority
from client import Client
from harness import PATIENCE, SANITIZED, ServerTestCase, free_port
from stubs import ROOT

MIB = 1 << 20
ATTACK_SECONDS = 3
TEXT = "x" * 10_000


class Proxy:
    """Runs in the foreground, on a port of its own, until it is closed."""

    def __init__(self, test, command, port):
        self.port = port
        self._process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command],
                                         stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        test.addCleanup(self.close)
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), PATIENCE).close()
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise AssertionError(self._process.communicate()[1].decode())

    def close(self):
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE)


class Attacker(threading.Thread):
    """Resets as fast as the proxy lets it, over new connections where it is thrown out."""

    def __init__(self, port, context):
        super().__init__(daemon=True)
        self._port, self._context = port, context
        self.streams = self.connections = 0

    def run(self):
        end = time.monotonic() + ATTACK_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                with self._context.wrap_socket(
                        socket.create_connection(("127.0.0.1", self._port), 5,
                                                 source_address=("127.0.0.9", 0)),
                        server_hostname="localhost") as connection:
                    self.connections += 1
                    raw_http2.greet(connection)
                    connection.settimeout(1)
                    first = 1
                    while time.monotonic() < end:
                        connection.sendall(raw_http2.rapid_resets(first, 500))
                        first += 1000
                        self.streams += 500


class Attacked(ServerTestCase):
    flags = ("--trusted-proxies", "127.0.0.1")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.authority = Authority(cls.folder, "authority")
        cls.certificate, cls.key = cls.authority.sign(
            "proxy", "DNS:localhost,DNS:*.chat.example,IP:127.0.0.1")
        cls.context = ssl.create_default_context(cafile=cls.authority.certificate)
        cls.context.set_alpn_protocols(["h2"])

    def shipped(self, path, replacements):
        """The file, with our ports and certificates in it."""
        text = (ROOT / "deploy" / path).read_text("ascii")
        for old, new in {"127.0.0.1:50051": self.server.address, **replacements}.items():
            self.assertIn(old, text)
            text = text.replace(old, str(new))
        return text

    def start(self, program):
        found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin")
        if not found:
            self.skipTest(f"{program} isn't installed; scripts/install-deps test installs it")
        return found

    def start_nginx(self):
        program, port = self.start("nginx"), free_port()
        (self.folder / "chatter.conf").write_text(self.shipped("nginx/chatter.conf", {
            "listen 443": f"listen 127.0.0.1:{port}",
            "/etc/ssl/certs/chatter.pem": self.certificate,
            "/etc/ssl/private/chatter.key": self.key}), "ascii")
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"daemon off; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log;"
            + ("user root;" if os.geteuid() == 0 else "")
            + "worker_processes 1; events { worker_connections 4096; }"
            f"http {{ access_log off; {temporary} include {self.folder}/chatter.conf; }}", "ascii")
        return Proxy(self, [program, "-e", f"{self.folder}/error.log", "-c",
                            f"{self.folder}/nginx.conf"], port)

    def start_haproxy(self):
        program, port = self.start("haproxy"), free_port()
        both = self.folder / "both.pem"
        both.write_bytes(Path(self.certificate).read_bytes() + Path(self.key).read_bytes())
        file = self.folder / "haproxy.cfg"
        file.write_text(self.shipped("haproxy/haproxy.cfg", {
            "bind :443": f"bind 127.0.0.1:{port}", "/etc/haproxy/chatter.pem": both}), "ascii")
        return Proxy(self, [program, "-db", "-f", str(file)], port)

    def call_through(self, proxy):
        """A tenant with alice, and her connection through the proxy, where the host leads to it."""
        domain = f"tenant{type(self)._tenants}.chat.example"
        tenant = self.make_tenant("alice", domains=(domain,))
        # Somebody from another address than the attacker's.
        caller = Client(f"127.0.0.1:{proxy.port}", token=tenant.token("alice"),
                        credentials=grpc.ssl_channel_credentials(
                            self.authority.certificate.read_bytes()),
                        options=[("grpc.default_authority", domain)])
        self.addCleanup(caller.close)
        return tenant, caller

    def attack(self, proxy):
        tenant, caller = self.call_through(proxy)
        beside = tenant.client("alice")
        self.addCleanup(beside.close)
        room_id = beside.room_id("alice")
        caller.whole_log(room_id)  # the proxy works, and the host leads to the tenant
        stream = caller.stream()
        self.addCleanup(stream.cancel)

        memory = self.server.peak_memory()
        attacker = Attacker(proxy.port, self.context)
        attacker.start()
        served = 0
        while attacker.is_alive():
            sent = stream.sent(stream.send(room_id, str(served), "still here"))
            self.assertEqual(beside.get_room(room_id).head_seq, sent.seq)
            served += 1
        attacker.join()
        grown = self.server.peak_memory() - memory
        print(f"\n{self.id()}: {attacker.streams} streams reset over {attacker.connections} "
              f"connections; {served} sends and calls beside; grown by {grown / MIB:.1f} MiB")
        self.assertGreater(attacker.streams, 1000)
        self.assertGreater(served, 10)
        if not SANITIZED:
            self.assertLess(grown, 100 * MIB)

    def send_much(self, proxy):
        _, caller = self.call_through(proxy)
        room_id = caller.room_id("alice")
        stream = caller.stream()
        self.addCleanup(stream.cancel)
        for number in range(MIB // len(TEXT) + 2):  # more than 1 MiB, of which nginx makes an end
            stream.sent(stream.send(room_id, str(number), TEXT))

    def test_a_stream_of_many_commands_goes_through_nginx(self):
        self.send_much(self.start_nginx())

    def test_a_stream_of_many_commands_goes_through_haproxy(self):
        self.send_much(self.start_haproxy())

    def test_nginx(self):
        self.attack(self.start_nginx())

    def test_haproxy(self):
        self.attack(self.start_haproxy())
