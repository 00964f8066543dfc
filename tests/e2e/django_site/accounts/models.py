"""A user model of the application's own: nothing is called as Django calls it."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Account(AbstractBaseUser):
    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    handle = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=200)
    password = models.CharField(max_length=128, db_column="secret")
    is_active = models.BooleanField(default=True, db_column="enabled")

    objects = BaseUserManager()
    USERNAME_FIELD = "handle"

    class Meta:
        db_table = "account"
