"""A real terminal, tmux's, for programs that people talk to: what is typed, and what is seen."""

import contextlib
import subprocess
import tempfile
from pathlib import Path

from harness import PATIENCE


class Terminal:
    """A shell that leaves the terminal's mode alone, unlike bash. close() ends it."""

    def __init__(self, environment):
        self._dir = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        self._socket = Path(self._dir.name) / "tmux"
        environment = {"LC_ALL": "C.UTF-8", "TERM": "xterm", **environment}
        self._tmux("-f", "/dev/null", "-u", "new-session", "-d", "-x", "120", "-y", "24", "dash -i",
                   env=environment)
        self.run("PS1='$ '")  # dash takes none of root's from its environment

    def close(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            self._tmux("kill-server")
        self._dir.cleanup()

    def press(self, *keys):
        """By tmux's names: Enter, C-c, PPage."""
        self._tmux("send-keys", *keys)

    def type(self, text):
        self._tmux("send-keys", "-l", text)

    def run(self, command):
        self.type(command)
        self.press("Enter")

    def paste(self, text):
        """As a terminal does that knows where a paste begins and ends."""
        self._tmux("load-buffer", "-", input=text)
        self._tmux("paste-buffer", "-p", "-r")

    def resize(self, width):
        self._tmux("resize-window", "-x", str(width))

    def rows(self):
        """What is on the screen, without empty rows at the end."""
        return self._tmux("capture-pane", "-p").rstrip("\n").split("\n")

    def column(self):
        """Where the cursor is."""
        return int(self._tmux("display-message", "-p", "#{cursor_x}"))

    def _tmux(self, *arguments, **options):
        return subprocess.run(["tmux", "-S", str(self._socket), *arguments], check=True, text=True,
                              encoding="utf-8", timeout=PATIENCE, stdout=subprocess.PIPE,
                              **options).stdout
