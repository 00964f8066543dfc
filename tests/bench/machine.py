"""The processes of the benchmark: what is started here is ended here, by its pid, whatever happens.

CPU time comes from /proc/PID/stat. For PostgreSQL it is that of the postmaster, of all its children that
live, and of all that have ended (which the kernel adds to the postmaster's account when it reaps them).
"""

import contextlib
import json
import os
import re
import resource
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "build/bench/bin"
LOCAL = ROOT / ".local/bench"
TICKS = os.sysconf("SC_CLK_TCK")
_SHARED_MEMORY = "/dev/shm"
_TABLESPACE_BYTES = 6 << 30
PATIENCE = 60  # seconds until a wait is a failure

# Durable, as in production. The rest keeps checkpoints out of the short measurements.
POSTGRES_OPTIONS = ("-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on",
                    "-c", "shared_buffers=1GB", "-c", "max_wal_size=8GB", "-c", "checkpoint_timeout=30min")


class Failed(Exception):
    """A step of the benchmark that can't be measured."""


def _stat(pid):
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()


def cpu_of(pid):
    """Seconds of user and system time of one process."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_of(pid):
    """Resident bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def own_process(command, **options):
    """A process in a session of its own, so that Ctrl-C reaches only us, which dies with us."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)],
                            start_new_session=True, **{"stdin": subprocess.DEVNULL, **options})


def end(process):
    """Ends a process that was started here."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Postgres:
    """A private cluster, made anew for each run."""

    _SCRIPT = str(ROOT / "scripts/postgres")

    def __init__(self):
        self._dir = LOCAL / "postgres"
        self._tablespace = None
        self.environment = {}

    def start(self):
        self.destroy()
        self._dir.mkdir(parents=True)
        self._script("start", *POSTGRES_OPTIONS)
        url = urlsplit(self.url)
        self.environment = {**os.environ, "PGHOST": url.hostname, "PGPORT": str(url.port), "PGUSER": url.username,
                            "PGPASSWORD": url.password, "PGDATABASE": url.path[1:], "PGCONNECT_TIMEOUT": "10"}

    def make_memory_tablespace(self):
        """Makes the tablespace `memory`, for many small files whose durability isn't measured: removing them from a disk
        can take longer than the whole run. False: there isn't enough shared memory."""
        if shutil.disk_usage(_SHARED_MEMORY).free < _TABLESPACE_BYTES:
            return False
        self._tablespace = Path(tempfile.mkdtemp(prefix="chatter-bench.", dir=_SHARED_MEMORY))
        os.chown(self._tablespace, (self._home() / "data").stat().st_uid, -1)
        self.run_sql(f"CREATE TABLESPACE memory LOCATION '{self._tablespace}'")
        return True

    def destroy(self):
        """At once: what it stores is of no use to anybody."""
        if not self._dir.exists():
            return
        home = self._home()
        with contextlib.suppress(OSError):
            postmaster = self._postmaster()
            os.kill(postmaster, signal.SIGQUIT)
            deadline = time.monotonic() + PATIENCE
            while Path(f"/proc/{postmaster}").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(self._dir, ignore_errors=True)
        if self._tablespace is not None:
            shutil.rmtree(self._tablespace, ignore_errors=True)

    @property
    def url(self):
        return self._script("url").strip()

    def cpu(self):
        postmaster = self._postmaster()
        fields = _stat(postmaster)
        total = sum(int(fields[i]) for i in range(11, 15)) / TICKS
        for child in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("utf-8").split():
            with contextlib.suppress(OSError):  # ended meanwhile
                total += cpu_of(child)
        return total

    def run_sql(self, sql):
        """Runs a script; returns the rows as lines of text with `|` between columns."""
        with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
            script.write(sql)
            script.flush()
            done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", script.name],
                                  env=self.environment, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode:
            raise Failed(f"psql: {done.stderr.strip()[-2000:]}")
        return done.stdout.splitlines()

    def wal_bytes(self):
        """Written so far."""
        return int(self.run_sql("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")[0])

    def _postmaster(self):
        """Its pid. The file may be left over from a crash, so its program is looked at, too."""
        pid = int((self._home() / "data/postmaster.pid").read_text("utf-8").split()[0])
        if Path(f"/proc/{pid}/comm").read_text("utf-8").strip() != "postgres":
            raise ProcessLookupError(pid)
        return pid

    def _home(self):
        with contextlib.suppress(OSError):
            return Path((self._dir / "home").read_text("utf-8").strip())
        return self._dir

    def _script(self, verb, *options):
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run([self._SCRIPT, verb, str(self._dir), *options], stdin=subprocess.DEVNULL,
                                  stdout=output, stderr=output, check=False, timeout=PATIENCE, start_new_session=True)
            output.seek(0)
            text = output.read()
        if done.returncode:
            raise Failed(f"scripts/postgres {verb}: {text}")
        return text


class Server:
    """A chatterd, or a reference server. A context: it ends with it."""

    def __init__(self, name, command, port_pattern, environment):
        self._command = command
        self._port_pattern = port_pattern
        self._environment = environment
        self._log = LOCAL / f"{name}.log"
        self._process = None
        self.address = ""

    def __enter__(self):
        with open(self._log, "w", encoding="utf-8") as log:
            self._process = own_process(self._command, env=self._environment, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            if found := re.search(self._port_pattern, self._log.read_text("utf-8"), re.MULTILINE):
                self.address = f"127.0.0.1:{found.group(1)}"
                return self
            time.sleep(0.02)
        end(self._process)
        raise Failed(f"{self._command[0]} did not start:\n{self._log.read_text('utf-8')[-2000:]}")

    def __exit__(self, *_):
        end(self._process)

    @property
    def pid(self):
        return self._process.pid


class Chatterd(Server):
    """Ready when its context is entered."""

    def __init__(self, postgres, *flags, environment=()):
        self._key_file = LOCAL / "admin-key"
        if not self._key_file.exists():
            self._key_file.touch(0o600)
            self._key_file.write_text(secrets.token_hex(32) + "\n", "utf-8")
        environment = dict(environment) | {name: value for name, value in os.environ.items()
                                           if not name.startswith("CHATTER")}
        environment |= {"CHATTERD_DATABASE_URL": postgres.url, "CHATTERD_DRAIN_GRACE": "0s"}
        super().__init__("chatterd", [BIN / "chatterd", "--listen", "127.0.0.1:0", "--admin-key-file", self._key_file,
                                      *flags], r"listening: address=\S+ port=(\d+)", environment)

    def __enter__(self):
        super().__enter__()
        deadline = time.monotonic() + PATIENCE
        health = [BIN / "chatter", "--address", self.address, "health"]
        while subprocess.run(health, capture_output=True, check=False).returncode:
            if time.monotonic() > deadline:
                self.__exit__()
                raise Failed("chatterd is not healthy")
            time.sleep(0.05)
        return self


class Reference(Server):
    """The reference server, in one of its modes; it inserts if there is a database."""

    def __init__(self, mode, postgres=None):
        environment = {**os.environ}
        environment.pop("CHATTERD_DATABASE_URL", None)
        if postgres is not None:
            environment["CHATTERD_DATABASE_URL"] = postgres.url
        super().__init__("reference", [BIN / "chatter_reference", "--mode", mode], r"^(\d+)$", environment)


@dataclass
class Run:
    """What came of one measured run."""
    result: dict
    seconds: float
    cpu: dict = field(default_factory=dict)  # seconds of each process
    rss: int = 0  # of the server, at the end, in bytes
    marks: dict = field(default_factory=dict)  # the server's RSS at each of the generator's events

    def cpu_per(self, count):
        """Microseconds of each process for each of so many messages or deliveries."""
        return {name: seconds * 1e6 / count if count else None for name, seconds in self.cpu.items()}


def generate(server, postgres, *arguments, timeout=180, at=lambda event: None):
    """Runs the load generator on a server. `at` is told of its events: `begin` and `end` of what is measured."""
    command = [BIN / "chatter_loadgen", "--address", server.address, *arguments]
    process = own_process(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    watchdog = threading.Timer(timeout, process.kill)
    watchdog.start()
    samples, marks, result, rest = {}, {}, None, []
    try:
        for line in process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                rest.append(line)
                continue
            if event["event"] == "result":
                result = event
                continue
            samples[event["event"]] = (time.monotonic(), {
                "server": cpu_of(server.pid), "generator": cpu_of(process.pid),
                "postgresql": postgres.cpu() if postgres else 0.0})
            marks[event["event"]] = rss_of(server.pid)
            at(event["event"])
        process.wait()
    finally:
        watchdog.cancel()
        end(process)
    if result is None or result["error"]:
        why = result["error"] if result else "".join(rest)[-2000:] or "it was too slow"
        raise Failed(f"the load generator ({' '.join(map(str, arguments))}): {why}")
    (begin, before), (finish, after) = samples["begin"], samples["end"]
    return Run(result, finish - begin, {name: after[name] - before[name] for name in after}, rss_of(server.pid), marks)


def pgbench(postgres, script, clients, seconds, variables=(), latencies=False):
    """Runs a script by pgbench; the result has `tps` and, if asked for, percentiles."""
    with tempfile.TemporaryDirectory(dir=LOCAL) as directory:
        path = Path(directory) / "script.sql"
        path.write_text(script, "utf-8")
        command = ["pgbench", "-n", "-M", "prepared", "-c", clients, "-j", min(clients, 2),
                   "-T", max(1, round(seconds)), "-f", path]
        for name, value in dict(variables).items():
            command += ["-D", f"{name}={value}"]
        if latencies:
            command += ["-l", "--log-prefix", Path(directory) / "log"]
        begin, before, own = time.monotonic(), postgres.cpu(), _children_cpu()
        done = subprocess.run(list(map(str, command)), env=postgres.environment, capture_output=True, text=True,
                              check=False, timeout=seconds + 120, start_new_session=True)
        cpu = {"postgresql": postgres.cpu() - before, "generator": _children_cpu() - own}
        took = time.monotonic() - begin
        tps = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
        if done.returncode or not tps:
            raise Failed(f"pgbench: {(done.stderr or done.stdout)[-2000:]}")
        count = int(re.search(r"transactions actually processed: (\d+)", done.stdout).group(1))
        result = {"tps": float(tps.group(1)), "count": count}
        if latencies:
            result |= _percentiles(Path(directory))
        return Run(result, took, cpu)


def _percentiles(directory):
    took = sorted(int(line.split()[2]) for log in directory.glob("log.*")
                  for line in log.read_text("utf-8").splitlines())
    return {"p50_us": took[len(took) // 2], "p99_us": took[max(0, -(-len(took) * 99 // 100) - 1)]}


def _children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
