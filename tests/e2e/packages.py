"""For tests of what `cmake --install` puts down: an example of docs/examples, built against it."""

import os
import shlex
import signal
import subprocess
import tempfile
from pathlib import Path

from harness import PATIENCE, ServerTestCase
from stubs import BUILD, ROOT

CXX = os.environ.get("E2E_CXX_COMPILER", "c++")
CXX_FLAGS = os.environ.get("E2E_CXX_FLAGS", "") + " -Wall -Wextra -Werror"


def run(*command, **options):
    done = subprocess.run(command, text=True, capture_output=True, check=False,
                          timeout=PATIENCE * 6, **options)
    if done.returncode:
        raise AssertionError(f"{command}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


class PackageTestCase(ServerTestCase):
    """`place` is a folder; in it `prefix`, with nothing but the component; `program` is the example."""

    component = example = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        place = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        cls.addClassCleanup(place.cleanup)
        cls.place = Path(place.name)
        cls.prefix = cls.place / "prefix"
        run("cmake", "--install", str(BUILD.parents[1]), "--component", cls.component,
            "--prefix", str(cls.prefix))
        out = cls.place / "build"
        run("cmake", "-S", str(ROOT / "docs/examples" / cls.example), "-B", str(out), "-G", "Ninja",
            f"-DCMAKE_PREFIX_PATH={cls.prefix}", f"-DCMAKE_CXX_COMPILER={CXX}",
            f"-DCMAKE_CXX_FLAGS={CXX_FLAGS}")
        run("cmake", "--build", str(out))
        cls.program = out / cls.example

    def start_program(self, *arguments, environment):
        """Starts the example, and ends it with the test. Its output goes to `log`."""
        self.log = self.place / f"{self.example}.log"
        own = {name: value for name, value in os.environ.items() if not name.startswith("CHATTER")}
        with open(self.log, "wb") as log:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", str(self.program), *arguments],
                env=own | environment, stdout=log, stderr=log)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.send_signal, signal.SIGKILL)
        return process

    def compile(self, source):
        """Fails if the compiler refuses the source, which sees what is installed."""
        run(CXX, *shlex.split(CXX_FLAGS), "-std=c++20", "-fsyntax-only",
            f"-isystem{self.prefix}/include", "-xc++", "-", input=source)
