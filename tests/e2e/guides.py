"""Runs the commands of guides, word for word."""

import collections
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import CHATTER, CHATTERD, free_port
from stubs import ROOT


def blocks(name):
    """The marks `<!-- test: MARK -->` in a file of docs/guides, each with the code behind it."""
    text = (ROOT / "docs/guides" / name).read_text("utf-8")
    return re.findall(r"<!-- test: (\S+) -->\n```\w*\n(.*?)```", text, re.DOTALL)


class Terminal:
    """A shell in a folder as scripts/run leaves it, in which one guide is followed after the other.

    What a guide sets, the next one finds. Not thread-safe.
    """

    _DONE = "--- done ---\n"

    def __init__(self, server):
        self._place = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        self.home = Path(self._place.name)
        (self.home / ".local").mkdir()
        (self.home / ".local/admin-key").symlink_to(server.admin_key_file)
        (self.home / ".local/chatterd.log").symlink_to(server.log)
        (self.home / "build/release/bin").mkdir(parents=True)
        (self.home / "build/release/bin/chatter").symlink_to(CHATTER)
        (self.home / "proto").symlink_to(ROOT / "proto")
        self._shell = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "bash", "-eu"], cwd=self.home, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent",
                 "CHATTER_ADDRESS": server.address})

    def close(self):
        self._shell.kill()
        self._shell.communicate()
        self._place.cleanup()

    def lay_out(self, name):
        """Writes the files that the guide wants saved; returns the other code, a list for each mark."""
        rest = collections.defaultdict(list)
        for mark, code in blocks(name):
            if mark.startswith(".local/"):
                (self.home / mark).parent.mkdir(exist_ok=True)
                (self.home / mark).write_text(code, "utf-8")
            else:
                rest[mark].append(code)
        return rest

    def run(self, code):
        """What it prints, as lines, errors among them. Fails with the first command that does."""
        (self.home / "typed").write_text(code, "utf-8")
        self._shell.stdin.write(f". ./typed </dev/null; echo '{self._DONE.strip()}'\n")
        self._shell.stdin.flush()
        lines = []
        while (line := self._shell.stdout.readline()) != self._DONE:
            lines.append(line)
            if not line:
                raise AssertionError(f"{code}\nhas failed:\n{''.join(lines)}")
        return "".join(lines).splitlines()


class Guide:
    """A guide that is followed in a folder of its own.

    `name`: of the file in docs/guides. `port` there gives way to a free one.
    """

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

    def start(self, code):
        """A process that goes on, of a command that ends with `&`."""
        command = code.rstrip().removesuffix("&")
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "bash", "-euc", "exec env " + command],
            cwd=self._place / "shop", env=self.environment)

    def save(self, name):
        """Writes a file that the guide says is to be saved."""
        (self._place / "shop" / name).write_text(self.block(name), "utf-8")
