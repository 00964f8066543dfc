"""The tests of test_django.py once more, with the newest Django that can be had from PyPI."""

import subprocess
import sys
import unittest

import stubs
import test_django

_HOME = stubs.BUILD / "newest-django"


def setUpModule():
    """Skips everything where there is no PyPI."""
    python = _HOME / "bin/python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(_HOME)], check=True, timeout=120,
                           capture_output=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        "--retries", "1", "--timeout", "10", "--upgrade", "django",
                        "psycopg2-binary"], check=True, timeout=240, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise unittest.SkipTest(f"the newest Django can't be had: {error}") from error
    version = subprocess.run([str(python), "-m", "django", "--version"], check=True,
                             capture_output=True, text=True, timeout=60).stdout.strip()
    print(f"\nDjango {version}", file=sys.stderr, flush=True)


class NewestDatabaseSessions(test_django.DatabaseSessions):
    python = str(_HOME / "bin/python")


class NewestOwnUserModel(test_django.OwnUserModel):
    python = str(_HOME / "bin/python")


class NewestSignedCookies(test_django.SignedCookies):
    python = str(_HOME / "bin/python")
