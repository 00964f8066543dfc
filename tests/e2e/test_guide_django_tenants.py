"""docs/guides/django-tenants.md, word for word, with what PyPI has."""

import subprocess
import sys
import unittest

import test_guide_django

_PROBE = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
          "--retries", "1", "--timeout", "10", "--no-deps", "--dest"]


class DjangoTenantsGuide(test_guide_django.GuideTestCase):
    name, port = "django-tenants.md", 50062

    def setUp(self):
        super().setUp()
        try:
            subprocess.run([*_PROBE, str(self.place / "probe"), "django-tenants"], check=True,
                           timeout=120, capture_output=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise unittest.SkipTest(f"django-tenants can't be had: {error}") from error

    def test_word_for_word(self):
        block, shell = self.guide.block, self.guide.shell
        shell(block("project"), folder=".")
        in_venv = ". ../venv/bin/activate\n"
        shell(in_venv + block("tenants"))
        shell(in_venv + block("settings"))
        self.start_chatterd()
        shell(in_venv + block("login"))
        self.guide.save("visit.py")
        out = shell(block("visit")).splitlines()
        self.assertEqual(out[0], "acme.localhost {'1': 'alice', '2': 'bob'}")
        self.assertEqual(out[2], "globex.localhost {'1': 'zoe', '2': 'alice'}")
        self.assertNotEqual(out[1].split()[1], out[3].split()[1])
        self.assertEqual(out[4], "StatusCode.UNAUTHENTICATED")
