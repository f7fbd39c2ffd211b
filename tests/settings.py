"""Settings of the test run: the portal's own, on throw-away engines unless others' addresses are set."""

import os

from tests.engines import start_engines

start_engines()

from sharedict.settings import *  # noqa: E402, F403 - the addresses must be known before they are read
from sharedict.settings import DATABASES, LOGGING  # noqa: E402

DATABASES["default"]["TEST"] = {"NAME": f"test_sharedict_{os.environ['SHAREDICT_TEST_RUN']}"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECRET_KEY = "a key for tests only, which protects nothing at all"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING["root"]["level"] = "WARNING"
