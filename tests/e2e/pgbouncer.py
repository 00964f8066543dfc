"""A private PgBouncer in transaction mode, in front of one database."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")

_CONFIG = """\
[databases]
{database} = host={host} port={port} dbname={database} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = plain
auth_file = {directory}/users
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
logfile = {directory}/log
"""


class PgBouncer:
    """Few connections for many, each lent for one transaction: no session is ever one's own."""

    def __init__(self, database_url, port):
        self._parts = urllib.parse.urlsplit(database_url)
        self._port = port
        self._dir = Path(tempfile.mkdtemp(prefix="chatter-pgbouncer."))
        self._process = None

    @property
    def url(self):
        parts = self._parts
        return f"postgresql://{parts.username}:{parts.password}@127.0.0.1:{self._port}{parts.path}"

    def start(self, patience):
        parts = self._parts
        (self._dir / "users").write_text(f'"{parts.username}" "{parts.password}"\n', "utf-8")
        (self._dir / "config").write_text(_CONFIG.format(
            database=parts.path.lstrip("/"), host=parts.hostname, port=parts.port,
            user=parts.username, password=parts.password, listen=self._port, directory=self._dir),
            "utf-8")
        command = ["setpriv", "--pdeathsig", "KILL"]
        if os.geteuid() == 0:  # PgBouncer refuses to run as root
            shutil.chown(self._dir, "postgres")
            for path in self._dir.iterdir():
                shutil.chown(path, "postgres")
            command += ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        self._process = subprocess.Popen([*command, PROGRAM, "-q", str(self._dir / "config")],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port)):
                return
        raise AssertionError("pgbouncer didn't start:\n" + (self._dir / "log").read_text("utf-8"))

    def destroy(self, patience):
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(patience)
        shutil.rmtree(self._dir, ignore_errors=True)
