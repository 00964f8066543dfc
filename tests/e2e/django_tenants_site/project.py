"""A site on django-tenants. Run in a copy of this folder: it writes its migrations there.

python project.py make         the tables, and the tenants of test_django_tenants
python project.py host HOST    prints the schema in which the site serves the host
"""

import os
import sys

DATABASE = {name: os.environ[f"PG{name}"] for name in ("HOST", "PORT", "USER", "PASSWORD")}
DATABASES = {"default": {"ENGINE": "django_tenants.postgresql_backend",
                         "NAME": os.environ["PGDATABASE"], **DATABASE}}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
SHARED_APPS = ["django_tenants", "customers"]
TENANT_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
INSTALLED_APPS = SHARED_APPS + TENANT_APPS
TENANT_MODEL = "customers.Client"
TENANT_DOMAIN_MODEL = "customers.Domain"
MIDDLEWARE = ["django_tenants.middleware.main.TenantMainMiddleware"]
ROOT_URLCONF = "project"
ALLOWED_HOSTS = ["*"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "of a test"  # noqa: S105
USE_TZ = True

urlpatterns = []


def make():
    from django.core.management import call_command
    call_command("makemigrations", "customers", verbosity=0)
    call_command("migrate_schemas", shared=True, verbosity=0)
    from customers.models import Client, Domain
    for schema, domains in (("public", ["example.com"]),
                            ("acme", ["acme.example.com", "münchen.example"]),
                            ("globex", ["globex.example.com"])):
        tenant = Client(schema_name=schema, name=schema.title())
        tenant.save(verbosity=0)
        for domain in domains:
            Domain.objects.create(domain=domain, tenant=tenant, is_primary=domain == domains[0])


def serve_host(host):
    from django.http import HttpResponse
    from django.db import connection
    from django.test import Client as Browser
    from django.urls import path
    urlpatterns.append(path("", lambda request: HttpResponse(connection.schema_name)))
    response = Browser().get("/", headers={"host": host})
    print(response.content.decode() if response.status_code == 200 else "")


if __name__ == "__main__":
    # This file is the settings as well as the program.
    sys.modules["project"] = sys.modules["__main__"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "project"
    import django
    django.setup()
    if sys.argv[1] == "make":
        make()
    else:
        serve_host(sys.argv[2])
