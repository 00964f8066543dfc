"""A site made with real django-tenants: Chatter finds the tenants that the site finds."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
from pathlib import Path

import stubs
from test_finding_tenants import DJANGO_FLAGS, FindingTestCase

_VENV = stubs.BUILD / "django-tenants"
_SITE = Path(__file__).resolve().parent / "django_tenants_site"


def setUpModule():
    """Skips everything where there is no PyPI."""
    python = _VENV / "bin/python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(_VENV)], check=True, timeout=120,
                           capture_output=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        "--retries", "1", "--timeout", "10", "--upgrade", "django-tenants",
                        "psycopg2-binary"], check=True, timeout=200, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise unittest.SkipTest(f"django-tenants can't be had: {error}") from error


class RealSite(FindingTestCase):
    nodes = (DJANGO_FLAGS,)

    @classmethod
    def prepare_database(cls):
        cls.site = Path(tempfile.mkdtemp(prefix="chatter-e2e.")) / "site"
        cls.addClassCleanup(shutil.rmtree, cls.site.parent, ignore_errors=True)
        shutil.copytree(_SITE, cls.site)
        cls.run_site("make")

    @classmethod
    def prepare_tenants(cls):
        # Chatter comes into the site's schemas when they are first used.
        for name in ("acme", "globex"):
            cls.name_user(name)

    @classmethod
    def run_site(cls, *arguments):
        url = urllib.parse.urlsplit(cls.database_url)
        environment = {**os.environ, "PGHOST": url.hostname, "PGPORT": str(url.port),
                       "PGUSER": url.username, "PGPASSWORD": url.password or "",
                       "PGDATABASE": url.path[1:]}
        done = subprocess.run([str(_VENV / "bin/python"), "project.py", *arguments], cwd=cls.site,
                              env=environment, capture_output=True, text=True, timeout=120,
                              check=False)
        if done.returncode:
            raise RuntimeError(f"the site: {done.stderr}")
        return done.stdout.strip()

    def test_chatter_finds_what_the_site_finds(self):
        for host, tenant in (("acme.example.com", "acme"), ("www.acme.example.com", "acme"),
                             ("globex.example.com", "globex"), ("nowhere.example.com", None)):
            with self.subTest(host=host):
                self.assertEqual(self.run_site("host", host) or None, tenant)
                self.assertEqual(self.found(authority=host), tenant)

    def test_the_public_tenant_of_the_site_is_none_of_chatters(self):
        self.assertEqual(self.run_site("host", "example.com"), "public")
        self.assertIsNone(self.found(authority="example.com"))

    def test_an_international_domain(self):
        self.assertEqual(self.found(authority="xn--mnchen-3ya.example"), "acme")
