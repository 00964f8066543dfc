"""A small Django project: what signs users in and out in the tests, as the application would.

  python3 project.py '{"database_url": ..., "schema": ..., "secret_key": ..., ...}'

Takes a command per line of its input, as ["name", argument ...] in JSON, and answers each with a
line. Requests go through Django's own middleware and views, without a network. Run by the Python
whose Django is to be tried.
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from unittest import mock

import django
from django.conf import settings

OPTIONS = json.loads(sys.argv[1])
sys.path.insert(0, str(Path(__file__).parent))


def database():
    from psycopg2.extensions import parse_dsn
    dsn = parse_dsn(OPTIONS["database_url"])
    return {"ENGINE": "django.db.backends.postgresql", "NAME": dsn["dbname"],
            "HOST": dsn.get("host", ""), "PORT": dsn.get("port", ""), "USER": dsn.get("user", ""),
            "PASSWORD": dsn.get("password", ""),
            # As django-tenants does it for each request.
            "OPTIONS": {"options": f"-c search_path={OPTIONS['schema']}"}}


settings.configure(
    SECRET_KEY=OPTIONS["secret_key"], ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
    DATABASES={"default": database()}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                    *(["accounts"] if OPTIONS["user_model"].startswith("accounts.") else [])],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware"],
    AUTH_USER_MODEL=OPTIONS["user_model"],
    SESSION_ENGINE={"database": "django.contrib.sessions.backends.db",
                    "signed_cookies": "django.contrib.sessions.backends.signed_cookies"}
    [OPTIONS["sessions"]],
    SESSION_COOKIE_NAME=OPTIONS["cookie"], LOGIN_REDIRECT_URL="/",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])  # quick
django.setup()

# pylint: disable=wrong-import-position
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.views import LoginView, LogoutView  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core import management, signing  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


def visit(request):
    """Says who is signed in; puts something into the session of whoever is not."""
    if not request.user.is_authenticated:
        request.session["cart"] = [1, 2]
    return HttpResponse(request.user.get_username())


urlpatterns = [path("", visit), path("login", LoginView.as_view()),
               path("logout", LogoutView.as_view(next_page="/"))]


def browser(cookie=None):
    client = Client()
    if cookie is not None:
        client.cookies[OPTIONS["cookie"]] = cookie
    return client


def user_named(name):
    return get_user_model().objects.get_by_natural_key(name)


class Commands:
    @staticmethod
    def version():
        return django.get_version()

    @staticmethod
    def migrate():
        management.call_command("migrate", run_syncdb=True, verbosity=0)

    @staticmethod
    def add_user(name, **fields):
        """The primary key."""
        user = get_user_model()(**{get_user_model().USERNAME_FIELD: name}, **fields)
        user.set_password(f"{name}'s password")
        user.save()
        return str(user.pk)

    @staticmethod
    def login(name, password=None, age=0):
        """The session cookie of a login that was `age` seconds ago."""
        client = browser()
        now = time.time() - age
        with mock.patch.object(signing.time, "time", lambda: now):
            response = client.post("/login", {"username": name,
                                              "password": password or f"{name}'s password"})
        assert response.status_code == 302, response.content
        return client.cookies[OPTIONS["cookie"]].value

    @staticmethod
    def visit(cookie=None):
        """Whom Django takes the cookie for, and the cookie afterwards."""
        client = browser(cookie)
        name = client.get("/").content.decode()
        return [name, client.cookies[OPTIONS["cookie"]].value]

    @staticmethod
    def who(header):
        """Whom Django takes a request with this Cookie header for."""
        return Client().get("/", HTTP_COOKIE=header).content.decode()

    @staticmethod
    def logout(cookie):
        assert browser(cookie).post("/logout").status_code == 302

    @staticmethod
    def set_password(name, password):
        user = user_named(name)
        user.set_password(password)
        user.save()

    @staticmethod
    def set_active(name, active):
        user = user_named(name)
        user.is_active = active
        user.save()

    @staticmethod
    def put(cookie, **entries):
        """Into the session, as a view does."""
        session = SessionStore(cookie)
        session.update(entries)
        session.save()

    @staticmethod
    def empty(cookie):
        """As `request.session.clear()` in a view does: nobody is signed in by it any more."""
        session = SessionStore(cookie)
        session.clear()
        session.save()

    @staticmethod
    def expire(cookie):
        from django.contrib.sessions.models import Session
        row = Session.objects.get(session_key=cookie)
        row.expire_date = timezone.now() - timedelta(seconds=1)
        row.save()


for line in sys.stdin:
    command, arguments, keywords = json.loads(line)
    print(json.dumps(getattr(Commands, command)(*arguments, **keywords)), flush=True)
