"""What the end-to-end tests run against: a private PostgreSQL, and the real chatterd.

Everything started here is ended here, by its pid, whatever becomes of the test. Nothing sleeps to
wait for something: every wait watches for what it waits for, and has a deadline.

The environment: CHATTERD and CHATTER (the programs), E2E_BUILD_DIR (for what is generated),
E2E_TIME_FACTOR (how much longer everything may take, for slow builds), E2E_CXX_FLAGS (what the
programs were compiled with), E2E_SEED (for the randomised tests).
"""

import atexit
import contextlib
import functools
import os
import random
import re
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import grpc

import raw_http2
import stubs
from client import Client, failure_of, open_channel
from stubs import health_pb2, health_pb2_grpc, session_pb2, tenant_pb2, user_pb2

TIME_FACTOR = float(os.environ.get("E2E_TIME_FACTOR", "1"))
PATIENCE = 30 * TIME_FACTOR  # seconds until a wait is a failure
WHOLE_TEST = 240 * TIME_FACTOR  # seconds until a test is a failure

CHATTERD = os.environ.get("CHATTERD", str(stubs.ROOT / "build/release/bin/chatterd"))
CHATTER = os.environ.get("CHATTER", str(stubs.ROOT / "build/release/bin/chatter"))

# The address sanitizer keeps what is freed, so as to notice its use: figures of memory mean little.
SANITIZED = "-fsanitize" in os.environ.get("E2E_CXX_FLAGS", "")

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def seeded_random():
    """A random generator whose seed is printed, and taken from E2E_SEED where that is set."""
    seed = int(os.environ.get("E2E_SEED") or secrets.randbelow(1 << 32))
    print(f"\nE2E_SEED={seed}", file=sys.stderr, flush=True)
    return random.Random(seed)


def free_port():
    """A port that nobody listens on, outside the range that outgoing connections are given."""
    while True:
        port = random.SystemRandom().randrange(10_000, 20_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def tail(path, lines=40):
    with contextlib.suppress(OSError):
        return "".join(Path(path).read_text("utf-8", "replace").splitlines(True)[-lines:])
    return "(no log)\n"


class Postgres:
    """A private cluster by scripts/postgres. Not started by the constructor."""

    _SCRIPT = str(stubs.ROOT / "scripts/postgres")

    def __init__(self, durable=False):
        self._options = ("-c", "max_connections=60", *(() if durable else ("-c", "fsync=off")))
        self._dir = Path(tempfile.mkdtemp(prefix="chatter-e2e."))
        # Run by root, the cluster belongs to another user, who has to get here.
        self._dir.chmod(0o711)
        self._data = self._dir / "postgres"
        self._databases = 0

    @staticmethod
    @functools.cache
    def shared(durable):
        """Started, and the same one for all of this process, at whose end it is destroyed."""
        postgres = Postgres(durable)
        atexit.register(postgres.destroy)
        postgres.start()
        return postgres

    def start(self):
        self._script("start", *self._options)

    def stop(self, mode="fast"):
        """`immediate` is a crash: nothing is told to anybody, and the next start recovers."""
        if mode == "fast":
            self._script("stop")
        else:
            self._pg_ctl("stop", "-m", mode, "-s")

    def destroy(self):
        home = self.home()
        with contextlib.suppress(subprocess.CalledProcessError):  # not running
            self._pg_ctl("stop", "-m", "immediate", "-s")
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(self._dir, ignore_errors=True)

    def url(self, database="chatter"):
        url = self._script("url").strip()
        return url[: url.rindex("/") + 1] + database

    def make_database(self):
        """The URL of a new, empty database."""
        self._databases += 1
        name = f"e2e_{self._databases}"
        self.query(f"CREATE DATABASE {name}")
        # Whatever would rely on the search path fails here.
        self.query(f"ALTER DATABASE {name} SET search_path = ''")
        return self.url(name)

    def query(self, sql, database_url=None):
        """The rows, as lines of `|`-separated text."""
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, database_url or self.url()]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=PATIENCE)
        if done.returncode:
            raise RuntimeError(f"{sql}: {done.stderr}")
        return done.stdout.splitlines()

    def log(self):
        return self.home() / "log"

    # Where it can't be where it should, scripts/postgres says where it is.
    def home(self):
        with contextlib.suppress(OSError):
            return Path((self._data / "home").read_text("utf-8").strip())
        return self._data

    # The server's output goes to its log; what is left open would be waited for otherwise.
    def _script(self, verb, *options, check=True):
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run([self._SCRIPT, verb, str(self._data), *options], text=True,
                                  stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                  check=False, timeout=PATIENCE * 2)
            output.seek(0)
            text = output.read()
        if check and done.returncode:
            raise RuntimeError(f"scripts/postgres {verb}: {text}")
        return text

    def _pg_ctl(self, *arguments):
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"),
                          key=lambda path: int(path.parts[4]))
        command = [str(programs[-1]), *arguments, "-D", str(self.home() / "data")]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, timeout=PATIENCE, cwd="/", stderr=subprocess.PIPE)


class Chatterd:
    """One chatterd on a port of its own, which it keeps over restarts. Not started yet.

    `credentials` are those of the harness's own connections, where flags turn TLS on;
    `environment` is what the process gets beside this one's; `within` is the command that bounds
    what it may have, such as prlimit.
    """

    def __init__(self, database_url, *flags, credentials=None, environment=None, within=()):
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.admin_key = secrets.token_hex(32)
        self._database_url = database_url
        self._flags = flags
        self._environment = environment or {}
        self.credentials = credentials
        self._within = within
        self._dir = Path(tempfile.mkdtemp(prefix="chatter-e2e."))
        self.admin_key_file = self._dir / "admin-key"
        self.admin_key_file.write_text(self.admin_key + "\n", "utf-8")
        self.log = self._dir / "chatterd.log"
        self._process = None

    def start(self, wait=True):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("CHATTER")}
        environment["CHATTERD_DATABASE_URL"] = self._database_url
        environment["CHATTERD_DRAIN_GRACE"] = "1s"  # unless a flag says otherwise
        environment |= self._environment
        with open(self.log, "ab") as log:
            # Dies with this process even when that is killed.
            self._process = subprocess.Popen(
                [*self._within, "setpriv", "--pdeathsig", "KILL", CHATTERD, "--listen", self.address,
                 "--admin-key-file", str(self.admin_key_file), *self._flags],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if wait:
            self.wait_for_health(SERVING)

    @property
    def pid(self):
        return self._process.pid

    def peak_memory(self):
        """The most that it has had in memory so far, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1]) << 10

    def running(self):
        return self._process is not None and self._process.poll() is None

    def kill(self):
        """As a crash."""
        self._process.kill()
        self._process.wait(PATIENCE)

    def signal(self, number):
        self._process.send_signal(number)

    def begin_to_end(self):
        self._process.send_signal(signal.SIGTERM)

    def wait(self):
        """Its exit code."""
        return self._process.wait(PATIENCE)

    def end(self):
        """As an operator ends it; returns the exit code."""
        self.begin_to_end()
        return self.wait()

    def destroy(self):
        """Fails if it doesn't end cleanly, or has ended by itself."""
        try:
            if self._process is None or self._process.returncode == -signal.SIGKILL:
                return
            code = self.end()
            if code != 0:
                raise AssertionError(f"chatterd ended with {code}:\n{tail(self.log)}")
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"chatterd did not end:\n{tail(self.log)}") from error
        finally:
            if self.running():
                self.kill()
            shutil.rmtree(self._dir, ignore_errors=True)

    def wait_for_health(self, wanted):
        """Watches the health service, over as many connections as it takes."""
        deadline = time.monotonic() + PATIENCE
        seen = []
        while (left := deadline - time.monotonic()) > 0:
            if not self.running():
                raise AssertionError(f"chatterd has ended ({self._process.returncode}):\n"
                                     + tail(self.log))
            # Short enough to notice an end of the process, and to connect anew.
            with open_channel(self.address, _QUICK_TO_CONNECT, self.credentials) as channel:
                watch = health_pb2_grpc.HealthStub(channel).Watch(
                    health_pb2.HealthCheckRequest(), timeout=min(left, 5), wait_for_ready=True)
                with contextlib.suppress(grpc.RpcError):
                    for response in watch:
                        seen.append(response.status)
                        if response.status == wanted:
                            return
        raise AssertionError(f"health was {seen}, never {wanted}:\n{tail(self.log)}")

    def first_health(self):
        """What the health service says as soon as anybody answers at the port."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(ConnectionRefusedError):
                status, body = raw_http2.unary_call(self.port, b"/grpc.health.v1.Health/Check", [],
                                                    PATIENCE)
                if status != 0:
                    raise AssertionError(f"Check failed: {status}")
                return health_pb2.HealthCheckResponse.FromString(body).status
        raise AssertionError(f"nobody listens:\n{tail(self.log)}")

    def restart(self):
        """Ends it in an orderly way and starts it again."""
        code = self.end()
        if code != 0:
            raise AssertionError(f"chatterd ended with {code}:\n{tail(self.log)}")
        self.start()


_QUICK_TO_CONNECT = (("grpc.initial_reconnect_backoff_ms", 50),
                     ("grpc.max_reconnect_backoff_ms", 100),
                     ("grpc.use_local_subchannel_pool", 1))


class Tenant:
    """A tenant with users who are signed in on demand."""

    def __init__(self, server, name, domains=()):
        self.server = server
        self.name = name
        self._tokens = {}
        self.admin = Client(server.address, token=server.admin_key,
                            credentials=server.credentials)
        self.admin.tenants.CreateTenant(tenant_pb2.CreateTenantRequest(
            tenant=tenant_pb2.Tenant(schema_name=name, domains=domains)))
        # As a back end of the tenant's owner.
        self.service = Client(server.address, tenant=name, token=server.admin_key,
                              credentials=server.credentials)

    def add_users(self, *user_ids):
        for first in range(0, len(user_ids), 500):
            self.service.users.UpsertUsers(user_pb2.UpsertUsersRequest(
                users=[user_pb2.User(id=user_id) for user_id in user_ids[first:first + 500]]))

    def token(self, user_id):
        if user_id not in self._tokens:
            self._tokens[user_id] = self.sign_in(user_id).token
        return self._tokens[user_id]

    def sign_in(self, user_id, **session):
        """A new session, with its token."""
        return self.service.sessions.CreateSession(
            session_pb2.CreateSessionRequest(user_id=user_id, **session))

    def client(self, user_id, address=None):
        """A connection of its own for this user."""
        return Client(address or self.server.address, tenant=self.name, token=self.token(user_id),
                      credentials=self.server.credentials)

    def close(self):
        self.admin.close()
        self.service.close()


class E2ETestCase(unittest.TestCase):
    """Shows the logs when a test fails, and ends tests that hang."""

    servers = ()  # whose logs to show

    def run(self, result=None):
        def failures():
            return len(result.failures) + len(result.errors)

        before = failures()
        signal.signal(signal.SIGALRM, self._on_alarm)
        signal.alarm(int(WHOLE_TEST))
        try:
            super().run(result)
        finally:
            signal.alarm(0)
        if failures() > before:
            for server in self.servers:
                print(f"\n--- {self.id()}: chatterd at {server.address}\n{tail(server.log)}",
                      file=sys.stderr, flush=True)
        return result

    @staticmethod
    def _on_alarm(*_):
        raise AssertionError(f"the test has not ended after {WHOLE_TEST:.0f} seconds")

    @contextlib.contextmanager
    def assertFails(self, code, reason=None):
        """The block's call fails so; the context is filled with the Failure's parts."""
        with self.assertRaises(grpc.RpcError) as caught:
            yield caught
        self.assertFailure(failure_of(caught.exception), code, reason)

    def assertFailure(self, failure, code, reason=None):
        self.assertEqual((failure.code, failure.reason or None), (code, reason), failure)
        if reason is not None:
            self.assertEqual(failure.domain, "chatter", failure)

    def until(self, condition, what):
        """Asks again and again, for at most PATIENCE. For what can't be watched."""
        deadline = time.monotonic() + PATIENCE
        while not (result := condition()):
            self.assertLess(time.monotonic(), deadline, f"still not: {what}")
            # Not a wait for something to be over: only lets others run before asking again.
            select.select([], [], [], 0.01)
        return result


class ServerTestCase(E2ETestCase):
    """One chatterd with a database of its own for all tests of the class, a tenant for each test."""

    flags = ()
    credentials = None  # see Chatterd
    durable = False  # the database

    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres.shared(cls.durable)
        cls.database_url = cls.postgres.make_database()
        cls.server = Chatterd(cls.database_url, *cls.flags, credentials=cls.credentials)
        cls.addClassCleanup(cls.server.destroy)
        cls.servers = (cls.server,)
        cls.server.start()
        cls._tenants = 0

    def make_tenant(self, *user_ids, domains=()):
        type(self)._tenants += 1
        tenant = Tenant(self.server, f"tenant_{self._tenants}", domains)
        self.addCleanup(tenant.close)
        tenant.add_users(*user_ids)
        return tenant

    def client(self, tenant, user_id, address=None):
        client = tenant.client(user_id, address)
        self.addCleanup(client.close)
        return client


# What has cleanups gets to run them when ctest or a terminal ends this process.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
