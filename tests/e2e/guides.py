"""Runs the commands of a guide, word for word, in a folder of its own."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import CHATTER, CHATTERD, PATIENCE, free_port
from stubs import ROOT


class LaidOut:
    """A folder as scripts/run leaves it, and in it the files and commands of a guide that begins there."""

    def __init__(self, case, name):
        place = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        case.addCleanup(place.cleanup)
        self.home = Path(place.name)
        self._address = case.server.address
        self._case = case
        (self.home / ".local").mkdir()
        (self.home / ".local/admin-key").symlink_to(case.server.admin_key_file)
        (self.home / "build/release/bin").mkdir(parents=True)
        (self.home / "build/release/bin/chatter").symlink_to(CHATTER)
        (self.home / "proto").symlink_to(ROOT / "proto")
        text = (ROOT / "docs/guides" / name).read_text("utf-8")
        blocks = re.findall(r"<!-- test: (\S+) -->\n```\w*\n(.*?)```", text, re.DOTALL)
        for path, code in blocks:
            if path != "shell":
                (self.home / path).parent.mkdir(parents=True, exist_ok=True)
                (self.home / path).write_text(code, "utf-8")
        self.script = "".join(code for path, code in blocks if path == "shell")

    def _environment(self):
        return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "CHATTER_ADDRESS": self._address}

    def start(self, script):
        """The process, whose output can be read; it ends with the test."""
        process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "bash", "-euc", script],
                                   cwd=self.home, text=True, env=self._environment(),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self._case.addCleanup(process.stdout.close)
        self._case.addCleanup(process.wait)
        self._case.addCleanup(process.kill)
        return process

    def run(self, script):
        """Its output."""
        done = subprocess.run(["bash", "-euc", script], cwd=self.home, text=True, check=False,
                              capture_output=True, timeout=PATIENCE * 3, env=self._environment())
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout


class Guide:
    """`name`: of the file in docs/guides. `port` there gives way to a free one."""

    def __init__(self, name, port, place, url):
        self._text = (ROOT / "docs/guides" / name).read_text("utf-8")
        self.address = f"127.0.0.1:{free_port()}"
        self._text = self._text.replace(f"127.0.0.1:{port}", self.address)
        self._place = Path(place)
        programs = [str(Path(CHATTERD).parent), str(Path(CHATTER).parent), "/usr/bin", "/bin"]
        self.environment = {"PATH": ":".join(programs), "HOME": str(place), "URL": url,
                            "PYTHONPATH": os.pathsep.join(p for p in sys.path if "stubs-" in p)}

    def block(self, name):
        """The code behind the mark `<!-- test: NAME -->`."""
        return re.search(rf"<!-- test: {name} -->\n```\w*\n(.*?)```", self._text,
                         re.DOTALL).group(1)

    def shell(self, code, folder="shop", timeout=300):
        """Its output."""
        done = subprocess.run(["bash", "-euc", code], cwd=self._place / folder, text=True,
                              capture_output=True, timeout=timeout, check=False,
                              env=self.environment)
        if done.returncode:
            raise AssertionError(f"{code}\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, code, log):
        """A process that goes on, in the place of the shell that the code is for."""
        with open(log, "ab") as out:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "bash", "-euc", "exec env " + code],
                cwd=self._place / "shop", env=self.environment, stdout=out, stderr=out)
